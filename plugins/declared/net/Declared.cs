// Prints what an assembly declares of foreign functions, as JSON: Declared.exe ASSEMBLY. The form is that of
// `NetDeclarations` in src/declarations/hosts/net.ts. Everything is read by reflection, and layouts are those of the
// marshaller of the runtime that runs the tests. No code of the assembly is run.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Xml;

internal static class Declared
{
    private const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public
        | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private const int MaxDepth = 4;

    private static readonly Dictionary<Type, string> Records = new Dictionary<Type, string>();
    private static readonly HashSet<string> Allocated = new HashSet<string>();

    private static int Main(string[] args)
    {
        var assembly = Assembly.LoadFrom(args[0]);
        var types = TypesOf(assembly);
        var libraries = new Libraries(args[0]);
        var functions = new List<string>();
        foreach (var m in types.SelectMany(t => t.GetMethods(All)))
        {
            var import = ImportOf(m);
            if (import != null) functions.Add(Function(m, import, libraries));
        }
        var stale = types.SelectMany(t => t.GetMethods(All).Cast<MethodBase>().Concat(t.GetConstructors(All)))
            .SelectMany(LastError.StaleIn).ToList();
        Console.WriteLine(Json.Object(
            "functions", Json.Array(functions),
            "records", "{" + string.Join(",", Records.Where(r => r.Value != null).Select(r => Json.Text(NameOf(r.Key)) + ":" + r.Value)) + "}",
            "allocated", Json.Array(Allocated.Select(Json.Text)),
            "stale", Json.Array(stale)));
        return 0;
    }

    // Types whose base or fields are in an assembly that is not there are left out.
    private static Type[] TypesOf(Assembly assembly)
    {
        try { return assembly.GetTypes(); }
        catch (ReflectionTypeLoadException e) { return e.Types.Where(t => t != null).ToArray(); }
    }

    internal static DllImportAttribute ImportOf(MethodBase m)
    {
        if ((m.Attributes & MethodAttributes.PinvokeImpl) == 0) return null;
        return (DllImportAttribute)m.GetCustomAttributes(typeof(DllImportAttribute), false).FirstOrDefault();
    }

    private static string Function(MethodInfo m, DllImportAttribute import, Libraries libraries)
    {
        var name = string.IsNullOrEmpty(import.EntryPoint) ? m.Name : import.EntryPoint;
        string found, why;
        libraries.Find(import.Value, name, out found, out why);
        var parameters = m.GetParameters();
        foreach (var p in parameters) NoteAllocated(p.ParameterType);
        var variadic = (m.CallingConvention & CallingConventions.VarArgs) != 0;
        return Json.Object(
            "name", Json.Text(name),
            "library", Json.Text(import.Value),
            "object", Json.Text(found),
            "notSeen", Json.Text(variadic ? "it takes __arglist" : import.PreserveSig ? why : "it is declared with PreserveSig = false"),
            "type", Json.Text(m.DeclaringType.Name),
            "method", Json.Text(m.Name),
            "result", Parameter(m.ReturnParameter, m.ReturnType, import.CharSet, 0),
            "parameters", Json.Array(parameters.Select(p => Parameter(p, p.ParameterType, import.CharSet, 0))));
    }

    // Memory for `ref`, `out` and objects is the host's: the library may write all that the C type has.
    private static void NoteAllocated(Type t)
    {
        var of = t.IsByRef ? t.GetElementType() : t;
        var isObject = !of.IsValueType && (of.IsLayoutSequential || of.IsExplicitLayout);
        if ((t.IsByRef && of.IsValueType && !of.IsPrimitive && !of.IsEnum) || isObject) Allocated.Add(NameOf(of));
    }

    private static string NameOf(Type t) { return (t.FullName ?? t.Name).Replace('+', '.'); }

    private static string Parameter(ParameterInfo p, Type t, CharSet charset, int depth)
    {
        var m = (MarshalAsAttribute)p.GetCustomAttributes(typeof(MarshalAsAttribute), false).FirstOrDefault();
        return Marshalled(t, m, charset, depth);
    }

    private static string Unknown(string why) { return Json.Object("kind", "\"unknown\"", "name", Json.Text(why)); }
    private static string Pointer(string to, string name)
    {
        return Json.Object("kind", "\"pointer\"", "to", to, "name", Json.Text(name));
    }
    private const string Void = "{\"kind\":\"void\"}";
    private static string Int(int size, bool? signed, string name)
    {
        return Json.Object("kind", "\"int\"", "size", size.ToString(), "signed",
            signed == null ? null : signed.Value ? "true" : "false", "name", Json.Text(name));
    }
    private static string Float(int size, string name)
    {
        return Json.Object("kind", "\"float\"", "size", size.ToString(), "name", Json.Text(name));
    }
    private static string Bool(int size) { return Json.Object("kind", "\"bool\"", "size", size.ToString(), "name", "\"bool\""); }
    private static string Array(string of, int count)
    {
        return Json.Object("kind", "\"array\"", "of", of, "count", count.ToString());
    }
    private static string Text(int size, string name) { return Pointer(Int(size, null, "text"), name); }

    // `Auto` depends on the platform and the runtime: its text may be any.
    private static string TextOf(CharSet charset, string name)
    {
        if (charset == CharSet.Auto) return Pointer(Void, name);
        return Text(charset == CharSet.Unicode ? 2 : 1, name);
    }

    private const UnmanagedType Utf8 = (UnmanagedType)48;

    // A type as it crosses by an attribute; null where the attribute leaves it as it is.
    private static string ByAttribute(Type t, MarshalAsAttribute m, CharSet charset, int depth)
    {
        var isBool = t == typeof(bool);
        Func<int, bool, string> integer = (size, signed) => isBool ? Bool(size) : Int(size, signed, t.Name);
        switch (m.Value)
        {
            case UnmanagedType.I1: return integer(1, true);
            case UnmanagedType.U1: return integer(1, false);
            case UnmanagedType.I2: return integer(2, true);
            case UnmanagedType.U2: return integer(2, false);
            case UnmanagedType.I4: return integer(4, true);
            case UnmanagedType.U4: return integer(4, false);
            case UnmanagedType.I8: return integer(8, true);
            case UnmanagedType.U8: return integer(8, false);
            case UnmanagedType.Bool: return Bool(4);
            case UnmanagedType.VariantBool: return Bool(2);
            case UnmanagedType.R4: return Float(4, t.Name);
            case UnmanagedType.R8: return Float(8, t.Name);
            case UnmanagedType.LPStr: case Utf8: return Text(1, t.Name);
            case UnmanagedType.LPWStr: case UnmanagedType.BStr: return Text(2, t.Name);
            case UnmanagedType.LPTStr: return TextOf(CharSet.Auto, t.Name);
            case UnmanagedType.ByValTStr: return Array(Int(charset == CharSet.Unicode ? 2 : 1, null, "char"), m.SizeConst);
            case UnmanagedType.ByValArray: return Array(Element(t, m, charset, depth), m.SizeConst);
            case UnmanagedType.LPArray: return Pointer(Element(t, m, charset, depth), t.Name);
            case UnmanagedType.LPStruct: return Pointer(t.IsValueType ? Plain(t, charset, depth) : Record(t), t.Name);
            case UnmanagedType.Struct: case UnmanagedType.FunctionPtr: case UnmanagedType.SysInt: case UnmanagedType.SysUInt: return null;
            default: return Unknown("MarshalAs(" + m.Value + ")");
        }
    }

    private static string Element(Type array, MarshalAsAttribute m, CharSet charset, int depth)
    {
        var element = array.GetElementType();
        if (element == null) return Void;
        if (m.ArraySubType != 0 && (int)m.ArraySubType != 80) // 80: none is given
        {
            var given = ByAttribute(element, new MarshalAsAttribute(m.ArraySubType), charset, depth);
            if (given != null) return given;
        }
        return Plain(element, charset, depth + 1);
    }

    private static string Marshalled(Type t, MarshalAsAttribute m, CharSet charset, int depth)
    {
        if (t.IsByRef) return Pointer(Marshalled(t.GetElementType(), m, charset, depth + 1), null);
        return (m == null ? null : ByAttribute(t, m, charset, depth)) ?? Plain(t, charset, depth);
    }

    // A type as it crosses without an attribute.
    private static string Plain(Type t, CharSet charset, int depth)
    {
        if (t == typeof(void)) return Void;
        if (t.IsPointer) return Pointer(Raw(t.GetElementType(), depth + 1), null);
        if (t.IsEnum)
        {
            var of = Enum.GetUnderlyingType(t);
            return Json.Object("kind", "\"enum\"", "size", Marshal.SizeOf(of).ToString(), "name", Json.Text(t.Name));
        }
        if (t == typeof(bool)) return Bool(4);
        if (t == typeof(char)) return Int(charset == CharSet.Unicode ? 2 : 1, null, "char");
        if (t == typeof(float) || t == typeof(double)) return Float(Marshal.SizeOf(t), t == typeof(float) ? "float" : "double");
        if (t == typeof(IntPtr) || t == typeof(UIntPtr)) return Int(IntPtr.Size, null, t.Name);
        if (t.IsPrimitive) return Int(Marshal.SizeOf(t), IsSigned(t), t.Name);
        if (t == typeof(string) || t == typeof(StringBuilder)) return TextOf(charset, t.Name);
        if (t.IsArray) return Pointer(Plain(t.GetElementType(), charset, depth + 1), null);
        if (typeof(Delegate).IsAssignableFrom(t)) return Callback(t, depth);
        if (typeof(SafeHandle).IsAssignableFrom(t) || typeof(CriticalHandle).IsAssignableFrom(t) || t == typeof(HandleRef))
            return Pointer(Void, t.Name);
        if (t.IsGenericType) return Unknown("generic " + t.Name);
        if (t.IsValueType && t.Assembly == typeof(int).Assembly) return Unknown(t.Name);
        if (t.IsValueType) return Record(t);
        if (t.IsLayoutSequential || t.IsExplicitLayout) return Pointer(Record(t), t.Name);
        return Unknown(t.Name);
    }

    // Behind an address of unsafe code nothing is converted: a bool has one byte, a char two.
    private static string Raw(Type t, int depth)
    {
        if (t == typeof(bool)) return Bool(1);
        return t == typeof(char) ? Int(2, false, "char") : Plain(t, CharSet.Unicode, depth);
    }

    private static bool IsSigned(Type t)
    {
        return t == typeof(sbyte) || t == typeof(short) || t == typeof(int) || t == typeof(long);
    }

    private static string Callback(Type t, int depth)
    {
        var invoke = t.GetMethod("Invoke");
        if (invoke == null || depth >= MaxDepth) return Pointer(Void, t.Name);
        if (t.IsGenericType) return Unknown("generic " + t.Name);
        var a = (UnmanagedFunctionPointerAttribute)t.GetCustomAttributes(typeof(UnmanagedFunctionPointerAttribute), false).FirstOrDefault();
        var charset = a == null || a.CharSet == 0 ? CharSet.Ansi : a.CharSet;
        return Pointer(Json.Object(
            "kind", "\"function\"",
            "result", Parameter(invoke.ReturnParameter, invoke.ReturnType, charset, depth + 1),
            "parameters", Json.Array(invoke.GetParameters().Select(p => Parameter(p, p.ParameterType, charset, depth + 1)))), null);
    }

    private static string Record(Type t)
    {
        var reference = Json.Object("kind", "\"record\"", "name", Json.Text(NameOf(t)));
        if (Records.ContainsKey(t)) return reference;
        Records[t] = null; // against a type that holds itself
        try
        {
            var charset = t.StructLayoutAttribute == null || t.StructLayoutAttribute.CharSet == 0 ? CharSet.Ansi : t.StructLayoutAttribute.CharSet;
            var fields = t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Select(f => new { f, offset = (int)Marshal.OffsetOf(t, f.Name), type = FieldType(f, charset) }).ToList();
            var union = t.IsExplicitLayout && fields.Count > 1 && fields.All(f => f.offset == 0);
            Records[t] = Json.Object(
                "size", Marshal.SizeOf(t).ToString(),
                "union", union ? "true" : null,
                "type", Json.Text(t.Name),
                "outer", t.DeclaringType == null ? null : Json.Text(t.DeclaringType.Name),
                "fields", Json.Array(fields.Select(f => Json.Object(
                    "name", Json.Text(f.f.Name), "bit", (8 * f.offset).ToString(), "type", f.type))));
            return reference;
        }
        catch (ArgumentException)
        {
            Records.Remove(t);
            return Unknown(t.Name + ", which the runtime cannot marshal");
        }
    }

    private static string FieldType(FieldInfo f, CharSet charset)
    {
        var buffer = (System.Runtime.CompilerServices.FixedBufferAttribute)f
            .GetCustomAttributes(typeof(System.Runtime.CompilerServices.FixedBufferAttribute), false).FirstOrDefault();
        if (buffer != null) return Array(Raw(buffer.ElementType, MaxDepth), buffer.Length);
        var element = f.FieldType.GetField("FixedElementField", BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        if (element != null) return Array(Raw(element.FieldType, MaxDepth), Marshal.SizeOf(f.FieldType) / Marshal.SizeOf(element.FieldType));
        var m = (MarshalAsAttribute)f.GetCustomAttributes(typeof(MarshalAsAttribute), false).FirstOrDefault();
        return Marshalled(f.FieldType, m, charset, 1);
    }
}

// The files of libraries, found as the runtime finds them: by variations of the name, and maps in ASSEMBLY.config.
internal sealed class Libraries
{
    [StructLayout(LayoutKind.Sequential)]
    private struct Symbol { public IntPtr file, start, name, address; }

    [DllImport("libdl.so.2")] private static extern IntPtr dlopen(string file, int flags);
    [DllImport("libdl.so.2")] private static extern IntPtr dlsym(IntPtr library, string name);
    [DllImport("libdl.so.2")] private static extern int dladdr(IntPtr address, out Symbol found);
    private const int Lazy = 1;

    private readonly Dictionary<string, IntPtr> opened = new Dictionary<string, IntPtr>();
    private readonly Dictionary<string, string> mapped = new Dictionary<string, string>();
    private readonly string directory;

    internal Libraries(string assembly)
    {
        directory = Path.GetDirectoryName(Path.GetFullPath(assembly));
        foreach (var name in new[] { "c", "m", "dl", "pthread", "rt" })
            mapped["lib" + name] = mapped[name] = "lib" + name + ".so." + (name == "c" || name == "m" ? "6" : name == "rt" ? "1" : name == "dl" ? "2" : "0");
        if (!File.Exists(assembly + ".config")) return;
        var xml = new XmlDocument();
        xml.Load(assembly + ".config");
        foreach (XmlElement map in xml.GetElementsByTagName("dllmap"))
            if (map.GetAttribute("os").IndexOf("!linux", StringComparison.Ordinal) < 0) mapped[map.GetAttribute("dll")] = map.GetAttribute("target");
    }

    private IntPtr Open(string library)
    {
        IntPtr handle;
        if (opened.TryGetValue(library, out handle)) return handle;
        string target;
        var name = mapped.TryGetValue(library, out target) ? target : library;
        if (name == "__Internal") return opened[library] = dlopen(null, Lazy);
        var bare = name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? name.Substring(0, name.Length - 4) : name;
        foreach (var candidate in new[] { name, bare + ".so", "lib" + bare + ".so", "lib" + bare, bare })
        {
            var beside = Path.Combine(directory, candidate);
            handle = File.Exists(beside) ? dlopen(beside, Lazy) : IntPtr.Zero;
            if (handle == IntPtr.Zero) handle = dlopen(candidate, Lazy);
            if (handle != IntPtr.Zero) break;
        }
        return opened[library] = handle;
    }

    internal void Find(string library, string function, out string file, out string why)
    {
        file = why = null;
        var handle = Open(library);
        if (handle == IntPtr.Zero) { why = "the library " + library + " is not found"; return; }
        var address = dlsym(handle, function);
        if (address == IntPtr.Zero) { why = "the library " + library + " has no such function: a call fails"; return; }
        Symbol found;
        if (dladdr(address, out found) != 0) file = Path.GetFullPath(Marshal.PtrToStringAnsi(found.file));
    }
}

internal static class Json
{
    internal static string Text(string s)
    {
        if (s == null) return null;
        var safe = s.Select(c => c < ' ' || c == '"' || c == '\\' || char.IsSurrogate(c) ? "\\u" + ((int)c).ToString("x4") : c.ToString());
        return "\"" + string.Concat(safe) + "\"";
    }

    internal static string Array(IEnumerable<string> all) { return "[" + string.Join(",", all) + "]"; }

    // Names and values in turn. A value that is null is absent.
    internal static string Object(params string[] parts)
    {
        var fields = new List<string>();
        for (var i = 0; i < parts.Length; i += 2)
            if (parts[i + 1] != null) fields.Add("\"" + parts[i] + "\":" + parts[i + 1]);
        return "{" + string.Join(",", fields) + "}";
    }
}
