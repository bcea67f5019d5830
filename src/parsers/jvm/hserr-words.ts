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
  /^# (?:CreateCoredumpOnCrash turned off|Core dump will be written)/,
  // any section of a file
  /^(?:Instructions: \(pc=0x|Top of Stack: \(sp=0x|Register to memory mapping:$)[0-9a-f]{0,16}/,
  /^Current thread \(0x[0-9a-f]{8,16}\): {1,3}\w{4,40}Thread\b/,
  /^(?:Compilation events|Deoptimization events|Class(?:es)? (?:un)?load(?:ed|ing)? ?(?:events)?|GC Heap History|Internal exceptions|Dll operation events|Events) \(\d{1,6} events\):/,
  // the list of threads
  /^\s*(?:=>)?0x[0-9a-f]{8,16} (?:JavaThread "[^"]{0,200}" (?:daemon )?|(?:VMThread|WatcherThread) .{0,100})\[(?:_thread_[a-z_]{2,20}, id=|stack: 0x)/,
  /^vm_info: (?:OpenJDK|Java HotSpot\(TM\))/,
];
