/*
 * The stack of JavaScript of this thread, by V8's public interface and with the headers of the Node that runs.
 */
#include "hoststack.h"
#include <v8.h>

#include <cstring>

namespace {

constexpr int kFrames = 32;
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

}  // namespace

extern "C" int host_frames_of_node(void) {
  v8::Isolate *isolate = v8::Isolate::TryGetCurrent();
  if (isolate == nullptr || !isolate->InContext()) return 0;
  v8::HandleScope scope(isolate);
  v8::Local<v8::StackTrace> trace =
      v8::StackTrace::CurrentStackTrace(isolate, kFrames, v8::StackTrace::kDetailed);
  for (int i = 0; i < trace->GetFrameCount(); i++) {
    v8::Local<v8::StackFrame> frame = trace->GetFrame(isolate, i);
    Text function(isolate, frame->GetFunctionName());
    Text file(isolate, frame->GetScriptName());
    const char *path = strncmp(file.chars, "file://", 7) == 0 ? file.chars + 7 : file.chars;
    host_frame(function.chars[0] ? function.chars : "<anonymous>", path[0] ? path : nullptr, frame->GetLineNumber(),
               frame->GetColumn());
  }
  return 1;
}
