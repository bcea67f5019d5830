package hazard

// A preamble that declares the library by hand, and wrongly.

// extern int fx_version(void); //~ abi_truncated_pointer: declared = abi/truncated-pointer
// extern double fx_mean(double a, float b); //~ abi_arity: declared = abi/arity
// extern int fx_fill(unsigned char *buf, double n, int byte); //~ abi_calling_convention: declared = abi/calling-convention
// extern int fx_measure(int want, short *out); //~ abi_pointee_size: declared = abi/pointee-size
// extern void fx_on_event(void (*back)(int, void *), void *user); //~ abi_no_result: declared = abi/no-result
// static void fill(void) { unsigned char none[64]; fx_fill(none, 0, 1); }
// static int measure(void) { short out[2]; return fx_measure(0, out); }
// static void listen_not(void) { fx_on_event(0, 0); }
import "C"

func (Suite) CutPointer()      { sink += int(C.fx_version()) }
func (Suite) LackParameter()   { sink += int(C.fx_mean(1, 2)) }
func (Suite) OtherRegister()   { C.fill() }
func (Suite) NarrowResult()    { sink += int(C.measure()) }
func (Suite) SilentCallback()  { C.listen_not() }
