/** Panics as Rust printed them before 1.73: `thread 'main' panicked at 'MESSAGE', src/lib.rs:11:5`, the message maybe of several lines. */

/** The end of the form; before 1.24 without column. */
const PLACE = /^[^\s:].{0,4000}:\d{1,9}(?::\d{1,9})?$/;

/** The message and place of `'MESSAGE', src/lib.rs:11:5`; undefined while its last line has not come. */
export const oldForm = (text: string): { message: string; place: string } | undefined => {
  const end = text.lastIndexOf("', ");
  const place = end < 0 ? '' : text.slice(end + 3);
  return PLACE.test(place) ? { message: text.slice(1, end), place } : undefined;
};
