// What a page has seen, and its drawing: each item is a change of the document.

export function createRecord() {
  const line = document.body.appendChild(document.createElement("p"));
  const record = {
    sequences: [],
    texts: [],
    discontinuities: [],
    errors: [],
    closes: [],
    opens: 0,
    frames: 0,
    item(sequence, text) {
      record.sequences.push(sequence);
      record.texts.push(text);
      line.textContent = `${record.sequences.length}: ${text}`;
    },
    discontinuity(last, next) {
      record.discontinuities.push([last, next]);
    },
    line: () => line.textContent,
  };
  const count = () => {
    record.frames++;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
  return record;
}
