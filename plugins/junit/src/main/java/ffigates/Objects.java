package ffigates;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Records the objects that this JVM has mapped ({@code maps.<pid>}), because sampling from outside misses objects that are
 * loaded late. Objects that a jar has unpacked into the temporary directory will be deleted, so they are copied too.
 */
final class Objects {
  private Objects() {}

  static void record(Path dir, long pid) throws IOException {
    Files.createDirectories(dir);
    List<String> maps = Files.readAllLines(Path.of("/proc/self/maps"));
    Files.write(dir.resolve("maps." + pid), maps);
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    for (String line : maps) {
      int at = line.indexOf('/');
      if (at < 0 || line.charAt(line.indexOf(' ') + 3) != 'x') continue;
      Path object = Path.of(line.substring(at));
      if (!object.startsWith(temporary) || !Files.isRegularFile(object)) continue;
      Files.copy(object, dir.resolve(object.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
