/** Stack-frame lines in the dialects that upstream's printers, symbolizers and other platforms write. */
import { describe, expect, it } from 'vitest';
import { parseFrame } from '../../src/parsers/engine/frame.js';

const source = (fn: string, file: string, line: number, column?: number) => ({
  kind: 'source',
  function: fn,
  file,
  line,
  ...(column !== undefined && { column }),
});

describe('names', () => {
  it.each([
    ['std::map<int, std::string>::operator[](int const&)', 'a.cc:1:2'],
    ['operator<<(std::ostream&, Point const&)', '/s/a.cc:1:2'],
    ['bool operator< <int>(Box<int> const&, Box<int> const&)', '/s/a.cc:1:2'],
    ['std::strong_ordering operator<=>(A const&, A const&)', '/s/a.cc:1:2'],
    ['Ptr<T>::operator->() const', '/s/a.cc:1:2'],
    ['(anonymous namespace)::run((anonymous namespace)::Job const&)', '/s/a.cc:1:2'],
    ["v8::internal::`anonymous namespace'::Generate", 'C:\\b\\a.cc:1:2'],
    ['main::{lambda(int, char const*)#2}::operator()(int, char const*) const', '/s p/a.cc:1:2'],
    ["f()::'lambda'(int)::operator()(int) const", 'a.cc:1:2'],
    ['std::function<void (int)>::operator()(int) const', '/usr/include/c++/12/bits/std_function.h:1:2'],
    ['apply(int (*)(char, long), void (Thing::*)() const)', 'a.cc:1:2'],
    ['name[abi:cxx11](int)', 'a.cc:1:2'],
    ['-[Store(Private) take:from:]', '/s/Store.m:1:2'],
    ['+[Store shared]', '/s/Store.m:1:2'],
    ['closure #1 in take(_:)', '/s/main.swift:1:2'],
    ['<alloc::vec::Vec<u8> as core::ops::drop::Drop>::drop', '/rustc/ab/library/alloc/src/vec/mod.rs:1:2'],
    ['<fn() -> i32 as core::ops::function::FnOnce<()>>::call_once', '/rustc/ab/function.rs:1:2'],
    ['t::main::{closure#0}', 'src/main.rs:1:2'],
    ['main.(*Store).Take', '/s/store.go:1:2'],
    ['operator new(unsigned long)', '../../../../src/libsanitizer/asan/asan_new_delete.cpp:1:2'],
  ])('%s', (fn, place) => {
    const [, file] = /^(.*):1:2$/.exec(place)!;
    expect(parseFrame(`    #3 0x55cb in ${fn} ${place}`)?.frame).toEqual(source(fn, file!, 1, 2));
  });
});

describe('modules', () => {
  it.each([
    [
      '    #1 0x7f in f(int) (/lib/x.so+0x1b) (BuildId: ab12)',
      { kind: 'module', module: '/lib/x.so', offset: '0x1b', function: 'f(int)' },
    ],
    [
      '    #1 0x10 in wrap_malloc+0x93 (libclang_rt.asan_osx_dynamic.dylib:x86_64+0x4a2a3)',
      {
        kind: 'module',
        module: 'libclang_rt.asan_osx_dynamic.dylib',
        offset: '0x4a2a3',
        function: 'wrap_malloc',
      },
    ],
    [
      '    #5 0x18 in start+0x9a0 (dyld:arm64e+0xfffffffffff67f24)',
      { kind: 'module', module: 'dyld', offset: '0xfffffffffff67f24', function: 'start' },
    ],
    [
      '    #2 0x7ff6 in Run (C:\\Program Files (x86)\\Store\\store.dll+0x180001234)',
      {
        kind: 'module',
        module: 'C:\\Program Files (x86)\\Store\\store.dll',
        offset: '0x180001234',
        function: 'Run',
      },
    ],
    [
      '    #0 0x7f in std::function<void (int)>::operator()(int) const (/lib/x.so+0x1b)',
      {
        kind: 'module',
        module: '/lib/x.so',
        offset: '0x1b',
        function: 'std::function<void (int)>::operator()(int) const',
      },
    ],
    ['    #0 0x7f in f() (<unknown module>)', { kind: 'symbol', function: 'f()' }],
    ['    #0 0x7f in main tags.c', { kind: 'symbol', function: 'main', file: 'tags.c' }],
    ['    #0 0x7f in f (/lib/x.so) (BuildId: ab12)', { kind: 'module', module: '/lib/x.so', function: 'f' }],
    ['    #0 0x7ff6 in Run(int) C:\\src\\store.cpp(12,3)', source('Run(int)', 'C:\\src\\store.cpp', 12, 3)],
    ['    #0 0x7ff6 in Run C:\\src\\store.cpp(12)', source('Run', 'C:\\src\\store.cpp', 12)],
    // glibc's backtrace_symbols, as GWP-ASan prints it: its offset is from the function
    ['  #3 ./store(main+0x8d) [0x5650]', { kind: 'module', module: './store', function: 'main' }],
    ['  #3 ./store(+0x3ac9) [0x5650]', { kind: 'module', module: './store', offset: '0x3ac9' }],
    ['  #3 /lib/libc.so.6() [0x5650]', { kind: 'module', module: '/lib/libc.so.6' }],
    // Android's unwinder
    [
      '      #01 pc 0000000000071d00  /system/lib64/libstore.so (store_loop(int, char)+96) (BuildId: aa11)',
      {
        kind: 'module',
        module: '/system/lib64/libstore.so',
        offset: '0x0000000000071d00',
        function: 'store_loop(int, char)',
      },
    ],
    [
      '      #02 pc 00012ab4  /data/app/base.apk!libstore.so (offset 0x4000) (JNI_OnLoad+12)',
      {
        kind: 'module',
        module: '/data/app/base.apk!libstore.so',
        offset: '0x00012ab4',
        function: 'JNI_OnLoad',
      },
    ],
    [
      '      #03 pc 00012ab4  /data/app/base.apk (offset 0x4000)',
      { kind: 'module', module: '/data/app/base.apk', offset: '0x00012ab4' },
    ],
    // Fuchsia's symbolizer
    [
      '   #8.1  0x00002302 in f<(anonymous namespace)::V>(int) ../../a.cc:12 <<application>>+0xacf4c',
      {
        ...source('f<(anonymous namespace)::V>(int)', '../../a.cc', 12),
        module: '<application>',
        offset: '0xacf4c',
      },
    ],
    ['   #0    0x0000231 in <libx.so>+0x56d71 ', { kind: 'module', module: 'libx.so', offset: '0x56d71' }],
  ])('%s', (line, frame) => expect(parseFrame(line)?.frame).toEqual(frame));
});

it.each([
  '#2\tINITED cov: 2 ft: 2 corp: 1/1b exec/s: 0 rss: 27Mb',
  '#225	NEW    cov: 6 ft: 6 corp: 2/2b lim: 6 exec/s: 0',
  'a comment # 1 of 2',
  '#include <stdio.h>',
])('takes no frame from %s', (line) => expect(parseFrame(line)).toBeUndefined());
