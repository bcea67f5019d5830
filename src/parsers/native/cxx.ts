/** Last words of the C++ runtimes. Sources: libstdc++ vterminate.cc, eh_term_handler; libc++abi cxa_default_handlers. */
import { begins } from '../engine/reader.js';
import { readLastWords } from '../engine/last-words.js';

const WHAT = /^\s*what\(\): {1,4}(.*)$/;

/** Reads `std::terminate` messages of libstdc++ and libc++abi. */
export const cxx = readLastWords({
  tool: 'cxx',
  literals: ['terminate called', 'terminating with uncaught', 'libc++', 'ure virtual ', 'what(): '],
  markers: [
    begins(/\bterminate called (?:after throwing an instance of '|without an active exception|recursively)/),
    begins(/\blibc\+\+(?:abi(?:\.dylib)?)?: (?:[Tt]erminating|[Pp]ure virtual)\b/),
    begins(/\bterminating (?:due to|with) uncaught (?:foreign exception$|exception of type \S)/),
    begins(/\b[Pp]ure virtual (?:method|function) called\b/),
  ],
  traces: [/^\s*what\(\): /],
  rows: [
    {
      line: /^terminate called after throwing an instance of '/,
      rule: 'uncaught-exception',
      hazard: 'unwind/foreign-exception',
      more: WHAT,
    },
    {
      // LLVM 3 to 11 did not say who speaks.
      line: /^(?:(?:libc\+\+abi(?:\.dylib)?|libc\+\+): [Tt]erminating (?:due to|with) uncaught (?:foreign )?exception|terminating with uncaught (?:foreign exception$|exception of type \S))/,
      rule: 'uncaught-exception',
      hazard: 'unwind/foreign-exception',
    },
    {
      line: /^(?:terminate called without an active exception|(?:libc\+\+abi(?:\.dylib)?): [Tt]erminating)/,
      rule: 'terminate',
      hazard: 'crash/abort',
    },
    { line: /^terminate called recursively/, rule: 'terminate', hazard: 'crash/abort' },
    {
      line: /^(?:libc\+\+abi(?:\.dylib)?: )?[Pp]ure virtual (?:method|function) called/,
      rule: 'pure-virtual',
      hazard: 'ownership/use-after-free',
      more: /^terminate called without an active exception$/,
    },
  ],
});
