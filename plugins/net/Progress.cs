// Compiled into the test assembly: writes one JSON line to the file FFI_GATES_PROGRESS before and after each test, so that
// after a crash its test has a start and no end. NUnit 2.6 calls an assembly's action around every test.
using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using NUnit.Framework;

[assembly: FfiGates.Progress]

namespace FfiGates
{
    [AttributeUsage(AttributeTargets.Assembly)]
    public sealed class ProgressAttribute : Attribute, ITestAction
    {
        private readonly Stopwatch watch = new Stopwatch();

        public ActionTargets Targets { get { return ActionTargets.Test; } }

        public void BeforeTest(TestDetails test)
        {
            Write(test, "started", ",\"logs\":{" + Logs() + "}");
            watch.Restart();
        }

        public void AfterTest(TestDetails test)
        {
            var failed = TestContext.CurrentContext.Result.Status == TestStatus.Failed;
            Write(test, failed ? "failed" : "passed", ",\"ms\":" + watch.ElapsedMilliseconds);
        }

        private static void Write(TestDetails test, string outcome, string more)
        {
            var file = Environment.GetEnvironmentVariable("FFI_GATES_PROGRESS");
            if (file == null) return;
            var pid = Process.GetCurrentProcess().Id;
            File.AppendAllText(file, "{\"test\":" + Quote(test.FullName) + ",\"outcome\":\"" + outcome
                + "\",\"pid\":" + pid + more + "}\n");
        }

        // Sizes in bytes of the files in the gate's log directory, which may not exist yet.
        private static string Logs()
        {
            var dir = Environment.GetEnvironmentVariable("FFI_GATES_LOG_DIR");
            if (dir == null || !Directory.Exists(dir)) return "";
            return string.Join(",", new DirectoryInfo(dir).GetFiles().Select(f => Quote(f.Name) + ":" + f.Length));
        }

        private static string Quote(string text)
        {
            var safe = text.Select(c => c < ' ' || c == '"' || c == '\\' ? "\\u" + ((int)c).ToString("x4") : c.ToString());
            return "\"" + string.Concat(safe) + "\"";
        }
    }
}
