package ffigates;

import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Writes what JNA was told of foreign functions as JSON lines ({@code jna.<pid>.ndjson}): the methods of each library's
 * interface and of each registered class, and the structures in them. All by reflection, because the tests bring JNA along,
 * in any version, or do not. Types are in {@link JnaTypes}.
 */
final class Jna {
  private final JnaTypes types;
  private final ClassLoader loader;
  private final List<String> maps = Files.readAllLines(Path.of("/proc/self/maps"));
  private final List<String> lines = new ArrayList<>();
  private final Set<Class<?>> given = new LinkedHashSet<>();
  private final Set<Class<?>> returned = new LinkedHashSet<>();

  private Jna(ClassLoader loader) throws IOException, ReflectiveOperationException {
    this.loader = loader;
    types = new JnaTypes(loader);
  }

  static void record(Path dir, long pid) throws IOException {
    String text;
    try {
      Class<?> entry = Class.forName("com.sun.jna.Native", true, Thread.currentThread().getContextClassLoader());
      text = new Jna(entry.getClassLoader()).text(entry);
    } catch (ReflectiveOperationException | LinkageError e) {
      return; // no JNA, or none that works here
    }
    if (text.isEmpty()) return;
    Files.createDirectories(dir);
    Path file = dir.resolve("jna." + pid + ".ndjson");
    Files.write(file, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private String text(Class<?> entry) throws ReflectiveOperationException {
    Map<?, ?> interfaces = (Map<?, ?>) JnaTypes.valueOf(entry, "libraries", null);
    for (Map.Entry<?, ?> e : new ArrayList<>(interfaces.entrySet())) {
      Object proxy = e.getValue() instanceof Reference ? ((Reference<?>) e.getValue()).get() : e.getValue();
      Class<?> library = (Class<?>) e.getKey();
      if (proxy == null || !Proxy.isProxyClass(proxy.getClass())) continue;
      Object handler = Proxy.getInvocationHandler(proxy);
      Object loaded = JnaTypes.call(handler.getClass(), "getNativeLibrary", handler);
      for (Method m : library.getMethods()) if (Modifier.isAbstract(m.getModifiers())) function(m, loaded, optionsOf(loaded));
    }
    Map<?, ?> direct = (Map<?, ?>) JnaTypes.valueOf(entry, "registeredLibraries", null);
    for (Map.Entry<?, ?> e : new ArrayList<>(direct.entrySet()))
      for (Method m : ((Class<?>) e.getKey()).getDeclaredMethods())
        if (Modifier.isNative(m.getModifiers())) function(m, e.getValue(), optionsOf(e.getValue()));
    lines.addAll(types.records());
    given.removeAll(returned);
    // One that a function returns is the library's: it may be longer than what is declared of it.
    for (Class<?> c : given) lines.add("{" + Json.quote("allocated") + ":" + Json.quote(types.nameOf(c)) + "}");
    return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
  }

  private static Map<?, ?> optionsOf(Object library) throws ReflectiveOperationException {
    return (Map<?, ?>) JnaTypes.call(library.getClass(), "getOptions", library);
  }

  private void function(Method m, Object library, Map<?, ?> options) throws ReflectiveOperationException {
    String name = m.getName();
    Object names = options.get("function-mapper");
    if (names != null)
      name = (String) JnaTypes.call(
          Class.forName("com.sun.jna.FunctionMapper", false, loader), "getFunctionName", names, library, m);
    Object mapper = options.get("type-mapper");
    Class<?>[] parameters = m.getParameterTypes();
    int fixed = m.isVarArgs() ? parameters.length - 1 : parameters.length;
    List<String> written = new ArrayList<>();
    for (int i = 0; i < fixed; i++) {
      types.structuresIn(parameters[i], given);
      written.add(types.parameter(parameters[i], mapper));
    }
    types.structuresIn(m.getReturnType(), returned);
    String file = m.getDeclaringClass().getName().replaceAll("\\$.*", "").replace('.', '/') + ".java";
    Json line = new Json()
        .text("id", m.toString())
        .text("name", name)
        .text("language", "jna")
        .text("method", m.getName())
        .text("owner", m.getDeclaringClass().getName())
        .raw("at", new Json().text("file", file).number("line", 1).toString())
        .raw("result", types.result(m.getReturnType(), mapper))
        .raw("parameters", "[" + String.join(",", written) + "]")
        .raw("calls", "[]");
    if (m.isVarArgs()) line.raw("variadic", "true");
    place(line, library, name);
    lines.add("{" + Json.quote("function") + ":" + line + "}");
  }

  /** The object that holds a function, by its address. */
  private void place(Json line, Object library, String name) throws ReflectiveOperationException {
    Object function;
    try {
      function = JnaTypes.call(library.getClass(), "getFunction", library, name);
    } catch (InvocationTargetException e) {
      line.text("notSeen", "its library has no function of this name: a call fails").raw("missing", "true");
      return;
    }
    Field peer = Class.forName("com.sun.jna.Pointer", false, loader).getDeclaredField("peer");
    peer.setAccessible(true);
    long address = peer.getLong(function);
    for (String mapped : maps) {
      String[] bounds = mapped.substring(0, mapped.indexOf(' ')).split("-");
      int at = mapped.indexOf('/');
      boolean holds = Long.parseUnsignedLong(bounds[0], 16) <= address && address < Long.parseUnsignedLong(bounds[1], 16);
      if (at < 0 || !holds) continue;
      line.text("object", mapped.substring(at));
      Path object = Path.of(mapped.substring(at));
      try {
        line.text("stamp", Files.size(object) + " " + Files.getLastModifiedTime(object).to(TimeUnit.NANOSECONDS));
      } catch (IOException e) {
        // Unpacked from a jar and removed since: the comparison says so.
      }
    }
  }
}
