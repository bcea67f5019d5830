package fficanary

// The preamble declares the canary library by hand and wrongly, and a function of Go as well.

// extern int canary_pointer(void); //~ canary_declared_pointer: declared = abi/truncated-pointer
// extern double canary_mean(double a); //~ canary_declared_arity: declared = abi/arity
// extern int canary_call(void (*back)(long)); //~ canary_declared_callback: declared = abi/no-result
// extern int goCanary(int value);
// static void back(long value) { (void)value; }
// static int call(void) { return canary_call(back); }
// static int negative(void) { return goCanary(-1); }
import "C"

func declaredPointer()  { C.canary_pointer() }
func declaredArity()    { C.canary_mean(1) }
func declaredCallback() { C.call() }
func declaredExport()   { C.negative() }
