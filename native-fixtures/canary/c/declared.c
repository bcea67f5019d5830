/* Declarations of the canary library that compile and are wrong: its header is not included. */
extern int canary_pointer(void);                //~ canary_declared_pointer: declared = abi/truncated-pointer
extern int canary_wide(long value);             //~ canary_declared_width: declared = abi/wrong-width
extern int canary_unsigned(void);               //~ canary_declared_sign: declared = abi/wrong-signedness
extern double canary_mean(double a, long b);    //~ canary_declared_register: declared = abi/calling-convention
extern int canary_errno(int more);              //~ canary_declared_arity: declared = abi/arity
extern int canary_call(void (*back)(long));     //~ canary_declared_callback: declared = abi/no-result
struct __attribute__((packed)) canary_packed { char kind; double weight; }; //~ canary_declared_layout: declared = abi/struct-layout
extern int canary_weigh(const struct canary_packed *record);

static volatile double sink;
static void back(long value) { sink += (double)value; }

int declared_pointer(void) { return sink += canary_pointer(), 0; }
int declared_width(void) { return sink += canary_wide(1), 0; }
int declared_sign(void) { return sink += canary_unsigned(), 0; }
int declared_register(void) { return sink += canary_mean(1, 2), 0; }
int declared_arity(void) { return sink += canary_errno(1), 0; }
int declared_callback(void) { return sink += canary_call(back), 0; }
int declared_layout(void) {
  static struct canary_packed records[2]; /* longer than the library reads */
  return sink += canary_weigh(records), 0;
}
