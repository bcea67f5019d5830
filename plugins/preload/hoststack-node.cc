/*
 * The stack of JavaScript of this thread, by V8's public interface and with the headers of the Node that runs.
 */
#include "hoststack.h"
#include <v8.h>

#include <atomic>
#include <cstring>

namespace {

constexpr int kChars = 512;

/* The text of a V8 string, cut at kChars. */
struct Text {
  char chars[kChars];
  Text(v8::Isolate *isolate, v8::Local<v8::String> from) {
    chars[0] = 0;
    if (from.IsEmpty() || from->Length() == 0) return;
    v8::String::Utf8Value whole(isolate, from);
    if (*whole) strncat(chars, *whole, kChars - 1);
  }
};

/* A thread has one isolate. Numbers of scripts begin anew in each, and addresses of isolates return. */
struct Thread {
  v8::Isolate *isolate = nullptr;
  uint64_t number = 0;
  bool collecting = false;
};
thread_local Thread thread;
std::atomic<uint64_t> isolates;

/* Nothing may be allocated in V8's heap while it is collected, and finalizers of buffers run then. */
void Begins(v8::Isolate *, v8::GCType, v8::GCCallbackFlags) { thread.collecting = true; }
void Ends(v8::Isolate *, v8::GCType type, v8::GCCallbackFlags) {
  thread.collecting = false;
  if (type == v8::kGCTypeMarkSweepCompact) host_moved();
}

/* Whether this thread may be asked. */
bool Meet(v8::Isolate *isolate) {
  if (thread.isolate != isolate) {
    thread.isolate = isolate;
    thread.number = ++isolates;
    thread.collecting = false;
    isolate->AddGCPrologueCallback(Begins);
    isolate->AddGCEpilogueCallback(Ends);
  }
  return !thread.collecting;
}

}  // namespace

extern "C" int host_frames_of_node(int most) {
  v8::Isolate *isolate = v8::Isolate::TryGetCurrent();
  if (isolate == nullptr || !isolate->InContext() || !Meet(isolate)) return 0;
  v8::HandleScope scope(isolate);
  v8::Local<v8::StackTrace> trace =
      v8::StackTrace::CurrentStackTrace(isolate, most, v8::StackTrace::kDetailed);
  for (int i = 0; i < trace->GetFrameCount(); i++) {
    v8::Local<v8::StackFrame> frame = trace->GetFrame(isolate, i);
    const int line = frame->GetLineNumber(), column = frame->GetColumn();
    if (host_knows(thread.number << 32 | static_cast<uint32_t>(frame->GetScriptId()),
                   static_cast<uint64_t>(line) << 32 | static_cast<uint32_t>(column)))
      continue;
    Text function(isolate, frame->GetFunctionName());
    Text file(isolate, frame->GetScriptName());
    const char *path = strncmp(file.chars, "file://", 7) == 0 ? file.chars + 7 : file.chars;
    host_frame(function.chars[0] ? function.chars : "<anonymous>", path[0] ? path : nullptr, line, column);
  }
  return 1;
}
