/** The lines of a dump of the Go runtime: words, headers of stacks, calls and their places. */

export const PANIC = /^(panic|fatal error): (.*)$/;
/** `goroutine 1 gp=0xc0 m=0 mp=0x57 [running, locked to thread]:` or `runtime stack:` */
export const HEADER = /^(?:(goroutine \d{1,19})(?: [a-z]+=\S{1,30})* \[([^\]]{1,200})\]|(runtime stack)):$/;
/** A call's place, indented by a tab that collectors of logs may drop. */
export const PLACE_LINE = /^\s|^\S.{0,4000}:\d{1,9}(?: \+0x[0-9a-f]{1,16}|$)/;
export const CREATED = /^created by (.+?)(?: in goroutine \d+)?$/;
export const UNAVAILABLE = /^\s*goroutine running on other thread; stack unavailable/;
// The last line of a log may be cut in its arguments.
export const FRAME =
  /^[^\s(].{0,4000}\)$|^non-Go function$|^[^\s(]{1,400}\.\w{1,200}\([{}0-9a-fx?, .]{0,400}$/;

/** gccgo's: `engine.$nested85`, `engine._Cfunc_DBUnlockFile`, and a place without a file. */
export const BARE_CALL = /^[A-Za-z_][\w$/-]{0,300}\.[\w$./-]{1,300}$/;
export const UNNAMED = /^\s+:0$/;
