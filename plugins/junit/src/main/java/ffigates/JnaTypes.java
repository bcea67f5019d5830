package ffigates;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How JNA hands over each type, as JSON ({@code CType} of src/model/declaration.ts). Source: the "Default Type Mappings" of JNA. */
final class JnaTypes {
  private static final int MAX_DEPTH = 6;
  private static final String VOID = kind("void").toString();
  private static final Map<Class<?>, Integer> INTEGERS =
      Map.of(byte.class, 1, short.class, 2, int.class, 4, long.class, 8, Byte.class, 1, Short.class, 2, Integer.class, 4, Long.class, 8);
  /** What the library stores through `com.sun.jna.ptr` classes. */
  private static final Map<String, Class<?>> BEHIND = Map.of(
      "ByteByReference", byte.class,
      "ShortByReference", short.class,
      "IntByReference", int.class,
      "LongByReference", long.class,
      "FloatByReference", float.class,
      "DoubleByReference", double.class);

  private final Map<String, Class<?>> jna = new LinkedHashMap<>();
  private final Map<Class<?>, String> names = new LinkedHashMap<>();
  private final Map<Class<?>, String> records = new LinkedHashMap<>();
  private final int wide;

  JnaTypes(ClassLoader loader) throws ReflectiveOperationException {
    for (String name : List.of("Pointer", "PointerType", "Structure", "Structure$ByValue", "Structure$ByReference", "Union",
        "Callback", "IntegerType", "NativeMapped", "WString", "TypeMapper", "ToNativeConverter", "FromNativeConverter", "Native"))
      jna.put(name, Class.forName("com.sun.jna." + name, false, loader));
    wide = (int) valueOf(jna.get("Native"), "WCHAR_SIZE", null);
  }

  static Object valueOf(Class<?> type, String field, Object of) throws ReflectiveOperationException {
    Field f = type.getDeclaredField(field);
    f.setAccessible(true);
    return f.get(of);
  }

  /** Calls a method of this name with so many parameters, of the type or of what it extends. */
  static Object call(Class<?> type, String method, Object of, Object... arguments) throws ReflectiveOperationException {
    for (Class<?> c = type; c != null; c = c.getSuperclass())
      for (Method m : c.getDeclaredMethods()) {
        if (!m.getName().equals(method) || m.getParameterCount() != arguments.length || m.isBridge()) continue;
        ((AccessibleObject) m).setAccessible(true);
        return m.invoke(of, arguments);
      }
    throw new NoSuchMethodException(type + "." + method);
  }

  private static Json kind(String kind) {
    return new Json().text("kind", kind);
  }

  private static String integer(int size, Boolean signed, String name) {
    Json out = kind("int").number("size", size);
    return (signed == null ? out : out.raw("signed", signed.toString())).text("name", name).toString();
  }

  private static String pointer(String to, String name) {
    return kind("pointer").raw("to", to).text("name", name).toString();
  }

  private boolean is(String name, Class<?> t) {
    return jna.get(name).isAssignableFrom(t);
  }

  String parameter(Class<?> t, Object mapper) {
    return type(converted(t, mapper, "ToNativeConverter"), mapper, false, 0);
  }

  String result(Class<?> t, Object mapper) {
    return type(converted(t, mapper, "FromNativeConverter"), mapper, false, 0);
  }

  /** What a type mapper of the library makes of a type. */
  private Class<?> converted(Class<?> t, Object mapper, String converter) {
    if (mapper == null) return t;
    try {
      Object by = call(jna.get("TypeMapper"), "get" + converter, mapper, t);
      return by == null ? t : (Class<?>) call(jna.get(converter), "nativeType", by);
    } catch (ReflectiveOperationException e) {
      return Object.class;
    }
  }

  /** {@code inside}: of a structure, in which other structures lie rather than being referred to. */
  private String type(Class<?> t, Object mapper, boolean inside, int depth) {
    String name = t.getSimpleName();
    if (t == void.class || t == Void.class) return VOID;
    if (t == boolean.class || t == Boolean.class) return kind("bool").number("size", 4).text("name", name).toString();
    if (t == char.class || t == Character.class) return integer(wide, null, name);
    // A field says nothing about the sign: Java has no unsigned type that could stand there.
    if (INTEGERS.containsKey(t)) return integer(INTEGERS.get(t), inside ? null : Boolean.TRUE, name);
    if (t == float.class || t == Float.class) return kind("float").number("size", 4).text("name", name).toString();
    if (t == double.class || t == Double.class) return kind("float").number("size", 8).text("name", name).toString();
    if (t == String.class) return pointer(integer(1, null, "text"), name);
    if (is("WString", t)) return pointer(integer(wide, null, "text"), name);
    // A callback may be anything that leads back to Java.
    if (is("Callback", t)) return callback(t, mapper, depth);
    if (is("Structure", t)) {
      String record = kind("record").text("name", record(t)).toString();
      boolean isValue = is("Structure$ByValue", t) || (inside && !is("Structure$ByReference", t));
      return isValue ? record : pointer(record, name);
    }
    if (t.isArray()) {
      Class<?> of = t.getComponentType();
      // A buffer of bytes may be filled with anything.
      return pointer(of == byte.class ? VOID : type(of, mapper, true, depth + 1), name);
    }
    if (is("PointerType", t) && t.getName().startsWith("com.sun.jna.ptr.")) {
      if (BEHIND.containsKey(name)) return pointer(type(BEHIND.get(name), null, false, depth + 1), name);
      return pointer(name.equals("PointerByReference") ? pointer(VOID, "Pointer") : VOID, name);
    }
    if (is("Pointer", t) || is("PointerType", t) || Buffer.class.isAssignableFrom(t)) return pointer(VOID, name);
    if (is("NativeMapped", t)) return mapped(t, depth);
    return kind("unknown").text("name", t.getName()).toString();
  }

  /** A class that says itself what it is handed over as, such as NativeLong. */
  private String mapped(Class<?> t, int depth) {
    try {
      Object value = t.getDeclaredConstructor().newInstance();
      Class<?> as = (Class<?>) call(t, "nativeType", value);
      if (INTEGERS.containsKey(as)) return integer(INTEGERS.get(as), null, t.getSimpleName());
      if (depth < MAX_DEPTH && !is("NativeMapped", as)) return type(as, null, false, depth + 1);
    } catch (ReflectiveOperationException | LinkageError e) {
      // It cannot be made without arguments.
    }
    return kind("unknown").text("name", t.getName()).toString();
  }

  private String callback(Class<?> t, Object mapper, int depth) {
    List<Method> all = new ArrayList<>();
    for (Method m : t.getMethods())
      if (Modifier.isAbstract(m.getModifiers()) && m.getDeclaringClass() != Object.class) all.add(m);
    if (all.size() != 1 || depth >= MAX_DEPTH) return pointer(VOID, t.getSimpleName());
    Method m = all.get(0);
    List<String> parameters = new ArrayList<>();
    for (Class<?> p : m.getParameterTypes())
      parameters.add(type(converted(p, mapper, "FromNativeConverter"), mapper, false, depth + 1));
    String function = kind("function")
        .raw("result", type(converted(m.getReturnType(), mapper, "ToNativeConverter"), mapper, false, depth + 1))
        .raw("parameters", "[" + String.join(",", parameters) + "]")
        .toString();
    return pointer(function, t.getSimpleName());
  }

  /** The structure itself, of which {@code X.ByReference} and {@code X.ByValue} are forms. */
  private Class<?> plain(Class<?> t) {
    Class<?> s = t;
    while ((is("Structure$ByValue", s) || is("Structure$ByReference", s)) && isPlain(s.getSuperclass())) s = s.getSuperclass();
    return s;
  }

  private boolean isPlain(Class<?> t) {
    return t != jna.get("Structure") && t != jna.get("Union") && is("Structure", t) && !Modifier.isAbstract(t.getModifiers());
  }

  String nameOf(Class<?> t) {
    Class<?> s = plain(t);
    return names.computeIfAbsent(s, c -> {
      String simple = c.getName().substring(c.getName().lastIndexOf('.') + 1).replace('$', '.');
      return names.containsValue(simple) ? c.getName() : simple;
    });
  }

  /** Adds the structures whose address is handed over. */
  void structuresIn(Class<?> t, Set<Class<?>> found) {
    Class<?> of = t.isArray() ? t.getComponentType() : t;
    if (is("Structure", of) && !is("Structure$ByValue", of)) found.add(plain(of));
  }

  private String record(Class<?> t) {
    Class<?> s = plain(t);
    String name = nameOf(s);
    if (records.containsKey(s)) return name;
    records.put(s, null); // against one that refers to itself
    String file = s.getName().replaceAll("\\$.*", "").replace('.', '/') + ".java";
    Json out = new Json().text("name", name).raw("at", new Json().text("file", file).number("line", 1).toString());
    List<String> fields = new ArrayList<>();
    try {
      Object value = call(jna.get("Structure"), "newInstance", null, s);
      int size = (int) call(jna.get("Structure"), "size", value);
      for (Object field : (List<?>) call(s, "getFieldOrder", value)) {
        Field f = s.getField((String) field);
        int offset = (int) call(jna.get("Structure"), "fieldOffset", value, field);
        fields.add(new Json().text("name", f.getName()).number("bit", 8L * offset).raw("type", field(f, value)).toString());
      }
      out.number("size", size);
      if (is("Union", s)) out.raw("union", "true");
    } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
      fields.clear(); // without a size it is not compared, and said to be unknown
    }
    records.put(s, "{" + Json.quote("record") + ":" + out.raw("fields", "[" + String.join(",", fields) + "]") + "}");
    return name;
  }

  private String field(Field f, Object structure) throws ReflectiveOperationException {
    Class<?> t = f.getType();
    Object mapper = valueOf(jna.get("Structure"), "typeMapper", structure);
    if (!t.isArray()) return type(converted(t, mapper, "ToNativeConverter"), mapper, true, 1);
    Object value = f.get(structure);
    Json array = kind("array").raw("of", type(t.getComponentType(), mapper, true, 1));
    return (value == null ? array : array.number("count", Array.getLength(value))).toString();
  }

  List<String> records() {
    List<String> written = new ArrayList<>(records.values());
    written.removeIf(r -> r == null);
    return written;
  }
}
