// The id of an event: where each topic of the stream goes on, as a text (docs/reference/sse.md).

import { ServiceError } from "../../kernel/errors.js";
import type { ResumeCursor, TopicPosition } from "../../topics/resume.js";

const FRESH: ResumeCursor = { page: 0, sequence: 0 };
const BETWEEN = ",";
/** Two whole numbers as JSON writes them: what was never written by us is not guessed at. */
const CURSOR = /^(0|[1-9]\d{0,15}):(0|[1-9]\d{0,15})$/;
const CURSOR_CHARACTERS_MAX = 33;

/** `page:next`. */
export function formatCursor({ page, nextSequence }: TopicPosition): string {
  return `${page}:${nextSequence}`;
}

/** The id of a stream: the cursors of its topics, in the order of its URL. */
export function joinCursors(cursors: readonly string[]): string {
  return cursors.join(BETWEEN);
}

/** An id as a client gives it back, for so many topics; none, or an empty one, begins afresh. Throws `invalid_argument`. */
export function parseCursors(id: string | undefined, topicCount: number): readonly ResumeCursor[] {
  if (id === undefined || id === "") return Array.from({ length: topicCount }, () => FRESH);
  // Before anything is made of it: the text is a stranger's.
  const isTooLong = id.length > topicCount * (CURSOR_CHARACTERS_MAX + BETWEEN.length);
  const texts = isTooLong ? [] : id.split(BETWEEN);
  if (texts.length !== topicCount) throw notAnId(topicCount);
  return texts.map((text) => {
    const [, page, sequence] = CURSOR.exec(text) ?? [];
    const cursor = { page: Number(page), sequence: Number(sequence) };
    // NaN where it is none.
    if (!Number.isSafeInteger(cursor.page) || !Number.isSafeInteger(cursor.sequence)) {
      throw notAnId(topicCount);
    }
    return cursor;
  });
}

function notAnId(topicCount: number): ServiceError {
  const wanted = topicCount === 1 ? "page:next" : `${topicCount} times page:next, with commas between them`;
  return new ServiceError("invalid_argument", `The last event id is none of this stream's: ${wanted}.`);
}
