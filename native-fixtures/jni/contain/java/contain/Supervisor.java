package contain;

import java.io.IOException;
import java.nio.file.Files;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A service that runs native code in a worker and contains its faults: it answers, or refuses the one request. */
public class Supervisor implements AutoCloseable {
  private static final long START = 60_000; // milliseconds
  private static final long ANSWER = 250;
  private static final Pattern OK = Pattern.compile("ok ([0-9]{1,9})");

  protected Worker worker;

  public Supervisor() throws IOException, InterruptedException {
    worker = start();
  }

  protected final Worker start() throws IOException, InterruptedException {
    Worker fresh = new Worker();
    if (!"ready".equals(line(fresh, START))) throw new IOException("the worker did not start");
    return fresh;
  }

  /** A line, if it comes in time. */
  private static String line(Worker from, long milliseconds) throws IOException, InterruptedException {
    var line = from.lines.poll(milliseconds, TimeUnit.MILLISECONDS);
    if (line == null || line.isEmpty()) throw new IOException("no line");
    return line.get();
  }

  protected String receive() throws IOException, InterruptedException {
    return line(worker, ANSWER);
  }

  /** The answer, if the worker wrote one: what it writes is not trusted either. */
  protected int checked(String line) throws IOException {
    Matcher found = OK.matcher(line);
    if (!found.matches()) throw new IOException("no answer");
    return Integer.parseInt(found.group(1));
  }

  protected void release(Worker old) throws IOException, InterruptedException {
    old.kill();
    Files.deleteIfExists(old.memory);
  }

  protected void failed() throws IOException, InterruptedException {
    release(worker);
    worker = start();
  }

  /** The sum of the characters of a text. Empty if the request is refused. */
  public OptionalInt ask(String text) throws IOException, InterruptedException {
    if (worker == null) return OptionalInt.empty();
    try {
      worker.write(text);
      return OptionalInt.of(checked(receive()));
    } catch (IOException refused) {
      failed();
      return OptionalInt.empty();
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    if (worker != null) release(worker);
  }
}
