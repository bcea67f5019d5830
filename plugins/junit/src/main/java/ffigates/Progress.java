package ffigates;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes the events of each test as JSON lines to the file named by FFI_GATES_PROGRESS, immediately and with a single append
 * each, so that the record shows the running test if the JVM dies in native code. Does nothing without that variable. A test
 * is one that surefire can select: {@code Class#method}. The invocations of a parameterised test or of a test factory are
 * parts of one test.
 */
public final class Progress implements TestExecutionListener {
  private final String file = System.getenv("FFI_GATES_PROGRESS");
  private final String logDir = System.getenv("FFI_GATES_LOG_DIR");
  private final long pid = ProcessHandle.current().pid();
  private final Map<String, Long> running = new ConcurrentHashMap<>();
  private final Map<String, String> failures = new ConcurrentHashMap<>();
  private final Map<String, Boolean> ended = new ConcurrentHashMap<>();
  private volatile TestPlan plan;

  @Override
  public void testPlanExecutionStarted(TestPlan started) {
    plan = started;
  }

  @Override
  public void testPlanExecutionFinished(TestPlan ended) {
    String objects = System.getenv("FFI_GATES_OBJECTS");
    String declared = System.getenv("FFI_GATES_DECLARED");
    try {
      if (objects != null) Objects.record(Path.of(objects), pid);
    } catch (IOException e) {
      System.err.println("ffi-gates: mappings not recorded: " + e);
    }
    try {
      if (declared != null) Jna.record(Path.of(declared), pid);
    } catch (IOException e) {
      System.err.println("ffi-gates: declarations not recorded: " + e);
    }
  }

  @Override
  public void executionStarted(TestIdentifier id) {
    if (file == null || !id.equals(test(id))) return;
    running.put(id.getUniqueId(), System.nanoTime());
    write(new Json().text("test", name(id)).text("outcome", "started").number("pid", pid).sizes("logs", logDir));
  }

  @Override
  public void executionFinished(TestIdentifier id, TestExecutionResult result) {
    if (file == null) return;
    TestIdentifier test = test(id);
    String message = result.getThrowable().map(Throwable::toString).orElse(null);
    boolean failed = result.getStatus() == TestExecutionResult.Status.FAILED;
    if (test == null) {
      // A class whose set-up failed never starts its tests, so they get its outcome.
      if (result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) endAll(id, failed ? "failed" : "skipped", message);
    } else if (!test.equals(id)) {
      if (failed) failures.putIfAbsent(test.getUniqueId(), message == null ? "failed" : message);
    } else {
      String inner = failures.get(id.getUniqueId());
      boolean skipped = result.getStatus() == TestExecutionResult.Status.ABORTED;
      end(id, failed || inner != null ? "failed" : skipped ? "skipped" : "passed", inner == null ? message : inner);
    }
  }

  @Override
  public void executionSkipped(TestIdentifier id, String reason) {
    if (file == null) return;
    TestIdentifier test = test(id);
    if (test == null) endAll(id, "skipped", reason);
    else if (test.equals(id)) end(id, "skipped", reason);
  }

  private void endAll(TestIdentifier container, String outcome, String message) {
    for (TestIdentifier id : plan.getDescendants(container)) {
      if (id.equals(test(id)) && !ended.containsKey(id.getUniqueId())) end(id, outcome, message);
    }
  }

  private void end(TestIdentifier id, String outcome, String message) {
    ended.put(id.getUniqueId(), true);
    Json line = new Json().text("test", name(id)).text("outcome", outcome).number("pid", pid);
    Long since = running.remove(id.getUniqueId());
    if (since != null) line.number("ms", (System.nanoTime() - since) / 1_000_000);
    if (message != null) line.text("message", message);
    write(line);
  }

  /** The outermost method that contains a node, possibly itself. Null for engines and classes. */
  private TestIdentifier test(TestIdentifier id) {
    TestIdentifier found = null;
    for (TestIdentifier at = id; at != null; at = plan.getParent(at).orElse(null)) {
      if (at.getSource().orElse(null) instanceof MethodSource) found = at;
    }
    return found;
  }

  private static String name(TestIdentifier id) {
    MethodSource source = (MethodSource) id.getSource().orElseThrow();
    return source.getClassName() + "#" + source.getMethodName();
  }

  private synchronized void write(Json line) {
    try (FileChannel out =
        FileChannel.open(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      out.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new IllegalStateException("cannot write test progress to " + file, e);
    }
  }
}
