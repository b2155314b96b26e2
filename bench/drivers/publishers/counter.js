// Counts a word in text that comes in pieces.

/**
 * @param {string} word
 * @returns {(piece: string) => number} how often the word has ended in this piece
 */
export function createCounter(word) {
  let tail = "";
  return (piece) => {
    const text = tail + piece;
    tail = text.slice(Math.max(0, text.length - word.length + 1));
    return text.split(word).length - 1;
  };
}
