// Finds reads of the last error whose value nobody kept: the foreign call before them is declared without SetLastError.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;

internal static class LastError
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)).ToDictionary(c => c.Value);
    private static readonly HashSet<string> Reads = new HashSet<string> { "GetLastWin32Error", "GetLastPInvokeError" };

    private static bool ReadsError(MethodBase m)
    {
        if (m.DeclaringType == null) return false;
        if (m.DeclaringType.FullName == "System.Runtime.InteropServices.Marshal") return Reads.Contains(m.Name);
        return m.DeclaringType.FullName == "System.ComponentModel.Win32Exception" && m.IsConstructor && m.GetParameters().Length == 0;
    }

    // One JSON object for each stale read of a method.
    internal static IEnumerable<string> StaleIn(MethodBase method)
    {
        var found = new List<string>();
        byte[] il;
        try { il = method.GetMethodBody() == null ? null : method.GetMethodBody().GetILAsByteArray(); }
        catch (Exception) { il = null; } // a body that refers to an assembly which is not there
        MethodBase last = null;
        for (var i = 0; il != null && i < il.Length;)
        {
            OpCode code;
            var value = (short)(il[i] == 0xfe ? 0xfe00 | il[i + 1] : il[i]);
            if (!Codes.TryGetValue(value, out code)) break;
            i += code.Size;
            if (code.OperandType == OperandType.InlineMethod)
            {
                var called = Resolve(method, BitConverter.ToInt32(il, i));
                if (called == null) last = null;
                else if (Declared.ImportOf(called) != null) last = called;
                else if (ReadsError(called))
                {
                    if (last != null && !Declared.ImportOf(last).SetLastError)
                        found.Add(Json.Object("after", Json.Text(last.Name), "type", Json.Text(method.DeclaringType.Name),
                            "method", Json.Text(method.Name), "read", Json.Text(called.IsConstructor ? called.DeclaringType.Name : called.Name)));
                }
                // It may make foreign calls of its own.
                else if (called.Module.Assembly == method.Module.Assembly) last = null;
            }
            // What follows is reached from elsewhere.
            else if (code.FlowControl == FlowControl.Branch || code.FlowControl == FlowControl.Return || code.FlowControl == FlowControl.Throw)
                last = null;
            i += code.OperandType == OperandType.InlineSwitch ? 4 + 4 * BitConverter.ToInt32(il, i) : Size(code.OperandType);
        }
        return found;
    }

    private static MethodBase Resolve(MethodBase inside, int token)
    {
        try
        {
            var types = inside.DeclaringType.IsGenericType ? inside.DeclaringType.GetGenericArguments() : null;
            return inside.Module.ResolveMethod(token, types, inside.IsGenericMethod ? inside.GetGenericArguments() : null);
        }
        catch (Exception) { return null; }
    }

    private static int Size(OperandType t)
    {
        switch (t)
        {
            case OperandType.InlineNone: return 0;
            case OperandType.ShortInlineBrTarget: case OperandType.ShortInlineI: case OperandType.ShortInlineVar: return 1;
            case OperandType.InlineVar: return 2;
            case OperandType.InlineI8: case OperandType.InlineR: return 8;
            default: return 4;
        }
    }
}
