/** Words of the JVMs: HotSpot's `-Xcheck:jni` and crash reports, OpenJ9, ART. */
import type { Chapter } from './chapter.js';

const at = '\tat Bridge.call(Native Method)\n\tat Main.main(Main.java:9)\nok\n';
const crash = (headline: string): string => `#
# A fatal error has been detected by the Java Runtime Environment:
#
#  ${headline}
#
# JRE version: OpenJDK Runtime Environment (17.0.15+6) (build 17.0.15+6)
# Problematic frame:
# C  [libx.so+0x1149]  f+0x9
#
# If you would like to submit a bug report, please visit:
`;
const frame = crash('SIGSEGV (0xb) at pc=0x00007f3c2a1b2c3d, pid=7, tid=8').replace(/# C .*/, '# $');

export const JVM: readonly Chapter[] = [
  {
    title: '-Xcheck:jni: replaced handlers',
    source: 'src/hotspot/os/linux/os_linux.cpp (JDK 8 to 16), src/hotspot/os/posix/signals_posix.cpp',
    tool: 'xcheck-jni',
    log: '$\n',
    kinds: [
      ['Warning: SIGSEGV handler expected:libjvm.so+0x66ea40  found:libx.so+0x131f0', 'rules/other'],
      [
        'Warning: SIGFPE handler modified!\nSignal Handlers:\n   SIGFPE: on_fault in libx.so, mask=11100, flags=SA_SIGINFO\n  *** Handler was modified!\n  *** Expected: javaSignalHandler in libjvm.so\nConsider using jsig library.',
        'rules/other',
      ],
    ],
  },
  {
    title: '-Xcheck:jni: fatal errors',
    source: 'src/hotspot/share/prims/jniCheck.cpp',
    tool: 'xcheck-jni',
    log: `FATAL ERROR in native method: $\n${at}`,
    kinds: [
      ['Using JNIEnv in the wrong thread', 'threading/wrong-thread-env'],
      ['Using JNIEnv in non-Java thread', 'threading/wrong-thread-env'],
      ['Bad global or local ref passed to JNI', 'rules/jni-bad-reference'],
      ['JNI received a null class', 'rules/jni-bad-reference'],
      ['JNI received a class argument that is not a class', 'rules/jni-wrong-type'],
      [
        'JNI Throw or ThrowNew received a class argument that is not a Throwable or Throwable subclass',
        'rules/jni-wrong-type',
      ],
      ['Wrong object class or methodID passed to JNI call', 'rules/jni-wrong-type'],
      ['non-weak methodID passed to JNI call', 'rules/jni-wrong-type'],
      ['Unknown array object passed to JNI array operations', 'rules/jni-wrong-type'],
      ['Object array expected but not received for JNI array operation', 'rules/jni-wrong-type'],
      ['Primitive type array expected but not received for JNI array operation', 'rules/jni-wrong-type'],
      ['Non-array passed to JNI array operations', 'rules/jni-wrong-type'],
      ['Array element type mismatch in JNI', 'rules/jni-wrong-type'],
      ['Non-static field ID passed to JNI', 'rules/jni-wrong-type'],
      ['Wrong static field ID passed to JNI', 'rules/jni-wrong-type'],
      ['Static field not found in JNI get/set field operations', 'rules/jni-wrong-type'],
      ['Field type (static) mismatch in JNI get/set field operations', 'rules/jni-wrong-type'],
      ['Static field ID passed to JNI', 'rules/jni-wrong-type'],
      ['Null object passed to JNI', 'rules/jni-bad-reference'],
      ['Wrong field ID passed to JNI', 'rules/jni-wrong-type'],
      ['Instance field not found in JNI get/set field operations', 'rules/jni-wrong-type'],
      ['Field type (instance) mismatch in JNI get/set field operations', 'rules/jni-wrong-type'],
      ['JNI string operation received a non-string', 'rules/jni-wrong-type'],
      ['JNI class name is not a valid UTF8 string "x"', 'abi/encoding'],
      ['JNI Throw called with null throwable', 'rules/jni-bad-reference'],
      ['JNI Throw called with NULL throwable', 'rules/jni-bad-reference'],
      ['JNI EnsureLocalCapacity called with negative capacity', 'bounds/length-arithmetic'],
      ['Invalid global JNI handle passed to DeleteGlobalRef', 'rules/jni-bad-reference'],
      ['Invalid local JNI handle passed to DeleteLocalRef', 'rules/jni-bad-reference'],
      ['Invalid weak global JNI handle passed to DeleteWeakGlobalRef', 'rules/jni-bad-reference'],
      ['ReleaseIntArrayElements: Elements vector null', 'rules/jni-bad-release'],
      ['ReleaseIntArrayElements: Elements vector NULL', 'rules/jni-bad-release'],
      ['ReleaseIntArrayElements: failed bounds check', 'bounds/host-buffer-too-small'],
      ['ReleaseIntArrayElements: unrecognized elements', 'rules/jni-bad-release'],
      ['ReleaseStringChars called on something allocated by GetStringUTFChars', 'rules/jni-bad-release'],
      ['ReleaseStringUTFChars called on something allocated by GetStringChars', 'rules/jni-bad-release'],
      [
        'ReleasePrimitiveArrayCritical called on something not allocated by GetPrimitiveArrayCritical',
        'rules/jni-bad-release',
      ],
      [
        'ReleaseIntArrayElements called on something allocated by GetPrimitiveArrayCritical',
        'rules/jni-bad-release',
      ],
      ['Unrecognized array release mode', 'rules/jni-bad-release'],
      ['Unrecognized mode 9', 'rules/jni-bad-release'],
      ['ReleaseStringChars: release chars failed bounds check.', 'bounds/host-buffer-too-small'],
      ['ReleaseStringChars called on something not allocated by GetStringChars', 'rules/jni-bad-release'],
      ['ReleaseStringUTFChars: release chars failed bounds check.', 'bounds/host-buffer-too-small'],
      [
        'ReleaseStringUTFChars called on something not allocated by GetStringUTFChars',
        'rules/jni-bad-release',
      ],
      ['Mismatched JNINativeInterface tables, check for new entries', 'tool/internal-error'],
    ],
    unknown: ['the program gave up of its own accord', 'crash/abort'],
  },
  {
    title: '-Xcheck:jni: warnings',
    source: 'src/hotspot/share/prims/jniCheck.cpp, jni.cpp',
    tool: 'xcheck-jni',
    log: `WARNING in native method: $\n${at}`,
    kinds: [
      ['JNI call made with exception pending', 'unwind/pending-exception'],
      [
        'JNI call made without checking exceptions when required to from CallObjectMethodV',
        'unwind/pending-exception',
      ],
      [
        'JNI FindClass received a bad class descriptor "LFoo;".  A correct class descriptor has no leading "L" or trailing ";".  Incorrect descriptors will not be accepted in future releases.',
        'rules/jni-wrong-type',
      ],
      ['JNI local refs: 33, exceeds capacity: 32', 'resource/jni-local-ref-overflow', `WARNING: $\n${at}`],
      [
        'large String with modified UTF-8 length 4294967296',
        'abi/encoding',
        `WARNING: $ is reported as\n${at}`,
      ],
      [
        'Calling other JNI functions in the scope of Get/ReleasePrimitiveArrayCritical or Get/ReleaseStringCritical',
        'rules/jni-call-in-critical',
        `Warning: $\n${at}`,
      ],
      [
        'ReleaseIntArrayElements: release array failed bounds check, incorrect pointer returned ? array: 0x7f10 carray: 0x7f20',
        'bounds/host-buffer-too-small',
        `$\nGuardedMemory(0x7f00) base_addr=0x7f20\nFATAL ERROR in native method: ReleaseIntArrayElements: failed bounds check\n${at}`,
      ],
      [
        'MXCSR changed by native JNI code, use -XX:+RestoreMXCSROnJNICall',
        'abi/other',
        'OpenJDK 64-Bit Server VM warning: $\n',
      ],
      ['Object has been unlocked by JNI', 'threading/lock-misuse', 'OpenJDK 64-Bit Server VM warning: $\n'],
      [
        'Possible deadlock due to allocating while in jni critical section',
        'rules/jni-call-in-critical',
        'OpenJDK 64-Bit Server VM warning: $\n',
      ],
      [
        'Attached JNI thread exited without being detached',
        'threading/missing-detach',
        'OpenJDK 64-Bit Server VM warning: $\n',
      ],
    ],
    unknown: ['JNI frowned at the caller', 'rules/other'],
  },
  {
    title: 'HotSpot: crash reports',
    source: 'src/hotspot/share/utilities/vmError.cpp; os/posix/signals_posix.cpp, os/windows/os_windows.cpp',
    tool: 'hotspot',
    log: crash('$'),
    kinds: [
      ['SIGSEGV (0xb) at pc=0x00007f3c2a1b2c3d, pid=7, tid=8', 'crash/signal'],
      ['SIGBUS (0x7) at pc=0x00007f3c2a1b2c3d, pid=7, tid=8', 'crash/signal'],
      ['SIGILL (0x4) at pc=0x00007f3c2a1b2c3d, pid=7, tid=8', 'crash/signal'],
      ['SIGFPE (0x8) at pc=0x00007f3c2a1b2c3d, pid=7, tid=8', 'crash/signal'],
      // the file of JDK 6 to 25 lists the threads (Threads::print_on_error)
      [
        'SIGSEGV (0xb) at pc=0x00007f3c2a1b2c3e, pid=7, tid=8',
        'crash/signal',
        `${crash('$')}\n---------------  P R O C E S S  ---------------\n\nJava Threads: ( => current thread )\n=>0x00007f3c24012345 JavaThread "main" [_thread_in_native, id=8, stack(0x00007f3c2b000000,0x00007f3c2b100000)]\n  0x00007f3c24098765 JavaThread "Signal Dispatcher" daemon [_thread_blocked, id=12, stack(0x00007f3c1a000000,0x00007f3c1a100000)]\n`,
      ],
      ['SIGABRT (0x6) (sent by kill) at pc=0x00007f3c2a1b2c3d, pid=7, tid=8', 'crash/abort'],
      ['SIGTRAP (0x5) at pc=0x00007f3c2a1b2c3d, pid=7, tid=8', 'crash/signal'],
      ['EXCEPTION_ACCESS_VIOLATION (0xc0000005) at pc=0x00007f3c2a1b2c3d, pid=7, tid=8', 'crash/signal'],
      ['EXCEPTION_STACK_OVERFLOW (0xc00000fd) at pc=0x00007f3c2a1b2c3d, pid=7, tid=8', 'resource/exhausted'],
      [
        'EXCEPTION_UNCAUGHT_CXX_EXCEPTION (0xe06d7363) at pc=0x00007f3c2a1b2c3d, pid=7, tid=8',
        'unwind/foreign-exception',
      ],
      [
        'EXCEPTION_HEAP_CORRUPTION (0xc0000374) at pc=0x00007f3c2a1b2c3d, pid=7, tid=8',
        'crash/heap-corruption',
      ],
      ...[
        'DATATYPE_MISALIGNMENT',
        'BREAKPOINT',
        'SINGLE_STEP',
        'ARRAY_BOUNDS_EXCEEDED',
        'FLT_DENORMAL_OPERAND',
        'FLT_DIVIDE_BY_ZERO',
        'FLT_INEXACT_RESULT',
        'FLT_INVALID_OPERATION',
        'FLT_OVERFLOW',
        'FLT_STACK_CHECK',
        'FLT_UNDERFLOW',
        'INT_DIVIDE_BY_ZERO',
        'INT_OVERFLOW',
        'PRIV_INSTRUCTION',
        'IN_PAGE_ERROR',
        'ILLEGAL_INSTRUCTION',
        'ILLEGAL_INSTRUCTION_2',
        'NONCONTINUABLE_EXCEPTION',
        'INVALID_DISPOSITION',
        'GUARD_PAGE',
        'INVALID_HANDLE',
      ].map(
        (name) => [`EXCEPTION_${name} (0xc0000000) at pc=0x00007ff1, pid=7, tid=8`, 'crash/signal'] as const,
      ),
      [
        'Internal Error (sharedRuntime.cpp:553), pid=7, tid=8\n#  guarantee(cb != NULL) failed: must be',
        'crash/other',
      ],
      ['Internal Error (x.cpp:5), pid=7, tid=8\n#  assert(a) failed: b', 'crash/other'],
      ['Internal Error (x.cpp:5), pid=7, tid=8\n#  fatal error: all is lost', 'crash/other'],
      ['Internal Error (x.cpp:5), pid=7, tid=8\n#  Error: ShouldNotReachHere()', 'crash/other'],
      [
        'Native memory allocation (mmap) failed to map 65536 bytes',
        'resource/exhausted',
        '#\n# There is insufficient memory for the Java Runtime Environment to continue.\n# $ for committing reserved memory.\n#  Out of Memory Error (os_linux.cpp:2800), pid=7, tid=8\n#\n# JRE version:  (17.0.15+6) (build )\n# No core dump will be written.\n',
      ],
      [
        'Native memory allocation (malloc) failed to allocate 65536 bytes',
        'resource/exhausted',
        '#\n# There is insufficient memory for the Java Runtime Environment to continue.\n# $\n#  Out of Memory Error (allocation.cpp:44), pid=7, tid=8\n# CreateCoredumpOnCrash turned off, no core file dumped\n',
      ],
      [
        'Native memory allocation (mprotect) failed to protect 65536 bytes',
        'resource/exhausted',
        '#\n# There is insufficient memory for the Java Runtime Environment to continue.\n# $\n#  Out of Memory Error (os_linux.cpp:44), pid=7, tid=8\n# Core dump will be written.\n',
      ],
      [
        'An unexpected error has been detected by HotSpot Virtual Machine:',
        'crash/signal',
        '#\n# $\n#\n#  SIGSEGV (0xb) at pc=0xb7, pid=7, tid=8\n#\n# Problematic frame:\n# C  [libx.so+0x11]  f+0x9\n#\n',
      ],
    ],
    unknown: ['SIGWINK (0x63) at pc=0x00007f3c2a1b2c3d, pid=7, tid=8', 'crash/signal'],
  },
  {
    title: 'HotSpot: problematic frames',
    source: 'src/hotspot/share/runtime/frame.cpp',
    tool: 'hotspot',
    log: frame,
    kinds: [
      'C  [libx.so+0x1149]  f+0x9',
      'C  [libx.so+0x1149]  f+0x9  (a.c:5)',
      'C  0x0000000000000000',
      'V  [libjvm.so+0x6b28e6]  JavaThread::run()+0x106',
      'j  pkg.Main.run(I)V+5 app@1.0',
      'J 10 c1 pkg.Main.run(I)V (5 bytes) @ 0x00007f [0x00007e+0x10]',
      'J 10% C1 pkg.Main.run(I)V (5 bytes) @ 0x00007f [0x00007e+0x10]',
      'v  ~StubRoutines::call_stub 0x00007f',
      'v  ~BufferBlob::StubRoutines (2)',
      'v  ~RuntimeStub::_new_array_Java',
      'v  ~DeoptimizationBlob',
      'v  ~ExceptionBlob',
      'v  ~SafepointBlob',
      'v  ~AdapterBlob',
      'v  ~I2C/C2I adapters',
      'v  ~VtableBlob',
      'v  ~MethodHandlesAdapterBlob',
      'A  [libaot.so+0x55]  run+0x5',
      '[error occurred during error reporting (printing problematic frame), id 0xb]',
    ].map((words) => [words, 'crash/signal'] as const),
  },
  {
    title: 'OpenJ9',
    source: 'runtime/nls/jnck/jnck.nls',
    tool: 'openj9',
    log: 'JVMJNCK$\n',
    kinds: [
      [
        '024E JNI error in CallVoidMethod: A JNI function was called with a pending exception',
        'unwind/pending-exception',
      ],
      [
        '079E JNI error in DeleteGlobalRef: Argument #2 is a deleted global reference',
        'rules/jni-bad-reference',
      ],
      [
        '028E JNI error in GetStringLength/DeleteLocalRef: This function cannot be called from this thread with that JNIEnv',
        'threading/wrong-thread-env',
      ],
      ['045E JNI error in ReleaseIntArrayElements: unrecognized buffer 0x7f10', 'rules/jni-bad-release'],
      ['075W JNI warning in FindClass: called within a critical region', 'rules/jni-call-in-critical'],
    ],
    unknown: ['999E JNI error in Foo: something quite else', 'rules/other'],
  },
  {
    title: 'ART',
    source: 'runtime/jni/check_jni.cc, java_vm_ext.cc',
    tool: 'art',
    log: `JNI DETECTED ERROR IN APPLICATION: $\n    in call to CallVoidMethod\n    from void com.x.Main.run()\n  at com.x.Main.run(Main.java:12)\n`,
    kinds: [
      ['use of deleted global reference 0x2a', 'rules/jni-bad-reference'],
      ['JNI CallVoidMethod called with pending exception java.lang.E', 'unwind/pending-exception'],
      ['a thread (tid 7) is making JNI calls without being attached', 'threading/wrong-thread-env'],
      ['thread Thread[1] using JNIEnv* from thread Thread[2]', 'threading/wrong-thread-env'],
      ['obj == null', 'rules/jni-bad-reference'],
      ['input is not valid Modified UTF-8: illegal start byte 0xff', 'abi/encoding'],
      ['non-nullable argument was NULL', 'rules/jni-bad-reference'],
      ['guard pattern (1) disturbed at 0x70', 'rules/jni-bad-release'],
      ['calling method void A.f() on instance of B', 'rules/jni-wrong-type'],
    ],
    unknown: ['the bridge creaked', 'rules/jni-wrong-type'],
  },
  {
    title: 'OpenJ9: crashes',
    source: 'runtime/vm/gphandle.c',
    tool: 'openj9',
    log: `Unhandled exception
Type=$ vmState=0x00040000
J9Generic_Signal_Number=00000018 Signal_Number=0000000b Error_Value=00000000 Signal_Code=00000001
----------- Stack Backtrace -----------
Java_com_x_Till_run+0x51 (0x00007F9F0C3B66F1 [libshelf.so+0x6f1])
---------------------------------------
`,
    kinds: [
      ['Segmentation error', 'crash/signal'],
      ['Bus error', 'crash/signal'],
      ['Illegal instruction', 'crash/signal'],
      ['Floating point error', 'crash/signal'],
    ],
  },
];
