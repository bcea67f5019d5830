package contain;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;

/** One process, what its parent has of it, and the memory that both share for what is too large for a line. */
public final class Worker {
  public final Process process;
  public final Path memory;
  private final MappedByteBuffer shared;
  /** What it wrote. Empty is the end. */
  public final LinkedBlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

  public Worker() throws IOException {
    memory = Files.createTempFile(Path.of("/dev/shm"), "fx_worker", null);
    try (FileChannel file = FileChannel.open(memory, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      shared = file.map(FileChannel.MapMode.READ_WRITE, 0, 4096);
    }
    String program = Path.of(System.getenv("FFI_GATES_TARGET_WORKER"), "fx_worker").toString();
    process = new ProcessBuilder(program, memory.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Thread reader = new Thread(this::read);
    reader.setDaemon(true);
    reader.start();
  }

  /** Bytes that both see. */
  public int size() {
    return shared.capacity();
  }

  private void read() {
    try (BufferedReader from = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.ISO_8859_1))) {
      for (String line; (line = from.readLine()) != null; ) lines.add(Optional.of(line));
    } catch (IOException gone) {
      // The end, too.
    }
    lines.add(Optional.empty());
  }

  public void write(String text) throws IOException {
    process.getOutputStream().write((text + "\n").getBytes(StandardCharsets.ISO_8859_1));
    process.getOutputStream().flush();
  }

  /** Ends the process. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
