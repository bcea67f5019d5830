/** Words of a crash report of HotSpot behind its first lines: alone, its beginning was cut off. Source: `share/utilities/vmError.cpp`. */
export const SECTION_WORDS: readonly RegExp[] = [
  /\bProblematic frame:$/,
  /^# Native memory allocation \(\w{1,20}\) failed to /,
  /^-{5,}\s{1,4}(?:S U M M A R Y|T H R E A D|P R O C E S S|S Y S T E M) {0,3}-/,
  // a page may put all of it on one line
  /\b(?:Native|Java) frames: \(J=/,
  // until 1.4
  /\bexception has been detected in native code outside the VM\b/,
  /^siginfo: ?si_signo/,
  /\bThe crash happened outside the Java Virtual Machine\b/,
  /\bAn error report file with more information is saved as:$/,
  /^(?:# )?JRE version: .* \(build /,
  /^(?:# )?If you would like to submit a bug report, please visit:/,
  /^# (?:CreateCoredumpOnCrash turned off|Core dump will be written|No core dump will be written|Failed to write core dump)/,
  // any section of a file
  /^(?:Instructions: \(pc=0x|Top of Stack: \(sp=0x|Register to memory mapping:$)[0-9a-f]{0,16}/,
  /^Current thread \(0x[0-9a-f]{8,16}\): {1,3}\w{4,40}Thread\b/,
  /^(?:Compilation events|Deoptimization events|Class(?:es)? (?:un)?load(?:ed|ing)? ?(?:events)?|GC Heap History|Internal exceptions|Dll operation events|Events) \(\d{1,6} events\):/,
  // the list of threads
  /^\s*(?:=>)?0x[0-9a-f]{8,16} JavaThread "[^"]{0,200}" (?:daemon )?\[_thread_[a-z_]{2,20}, id=/,
  /^vm_info: (?:OpenJDK|Java HotSpot\(TM\))/,
];

export const FATAL =
  /^# (?:A fatal error has been detected by|An unexpected error has been detected by|There is insufficient memory for the Java Runtime)/;
/** A tracker takes the signs at the line's beginning for headings, and drops them. */
export const BARE = /^\s*A fatal error has been detected by the Java Runtime Environment:$/;
export const BARE_HEADLINE = /^(?:SIG[A-Z]+|EXCEPTION_\w+|Internal Error) \(/;
export const BARE_BANNER =
  /^(?:JRE version|Java VM|Problematic frame):|^(?:Failed to write core|No core|Core) ?dump|^(?:An error report file|If you would like to submit|The crash happened|See problematic frame)/i;
export const HEADLINE = /^# {1,2}((?:SIG[A-Z]+|EXCEPTION_\w+|Internal Error|Out of Memory Error|Error)\b.*)$/;
export const SECTION = /^-{5,}\s+(?:S U M M A R Y|T H R E A D|P R O C E S S|S Y S T E M|H E A P|E N D)\b/;
export const DETAIL =
  /^# {2}(?:Error|fatal error|assert|guarantee)\b|^# Native memory allocation|^# Cannot create/;
export const BANNER_END =
  /^#(?: *(?:If you would like to submit|See problematic frame|The crash happened)|.*\bcore ?dump)/i;
