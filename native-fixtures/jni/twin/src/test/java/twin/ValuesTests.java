package twin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The same values, through methods that agree with C for all of them. */
class ValuesTests {
  private static Object digest(FfiGatesValues.Value[] a) {
    return Values.digest(a[0].asShort(), a[1].asLong(), a[2].asInt(), a[3].asDouble());
  }

  private static Object points(FfiGatesValues.Value[] a) {
    if (a[0].asString().indexOf('\0') >= 0) throw new IllegalArgumentException("text of C ends at NUL");
    byte[] text = (a[0].asString() + "\0").getBytes(StandardCharsets.UTF_8);
    return FfiGatesValues.unsigned(Values.pointsOf(text));
  }

  @Test
  void abi_wrong_width__value() throws IOException {
    FfiGatesValues.check("fx_wide", a -> Values.wide(a[0].asLong(), a[1].asLong()));
  }

  @Test
  void abi_wrong_width__argument() throws IOException {
    FfiGatesValues.check("fx_wide", a -> Values.wideArgument(a[0].asLong(), a[1].asLong()));
  }

  @Test
  void abi_arity__value() throws IOException {
    FfiGatesValues.check("fx_wide", a -> Values.wideAlone(a[0].asLong(), a[1].asLong()));
  }

  @Test
  void abi_wrong_signedness__value() throws IOException {
    FfiGatesValues.check("fx_unsigned_max", a -> Values.unsignedMax());
  }

  @Test
  void abi_struct_layout__value() throws IOException {
    FfiGatesValues.check("fx_record_digest", ValuesTests::digest);
  }

  @Test
  void abi_calling_convention__value() throws IOException {
    FfiGatesValues.check("fx_mean", a -> Values.mean(a[0].asDouble(), a[1].asFloat(), a[2].asInt()));
  }

  @Test
  void abi_encoding__value() throws IOException {
    FfiGatesValues.check("fx_utf8_points", ValuesTests::points);
  }

  @Test
  void abi_encoding__nul() throws IOException {
    FfiGatesValues.check("fx_utf8_points", ValuesTests::points);
  }

  @Test
  void bounds_length_arithmetic__value() throws IOException {
    FfiGatesValues.check("fx_sum", a -> Values.sum(a[0].asBytes()));
  }

  @Test
  void abi_truncated_pointer__value() throws IOException {
    FfiGatesValues.check("fx_box", a -> Values.box(a[0].asInt()));
  }

  @Test
  void trust_validation_gap__value() throws IOException {
    FfiGatesValues.check("fx_slice", a -> Values.slice(a[0].asInt(), a[1].asInt()));
  }

  @Test
  void init_uninitialised_out_parameter__value() throws IOException {
    FfiGatesValues.check("fx_measure", a -> Values.twice(a[0].asInt()));
  }

  @Test
  void trust_validation_gap__code() throws IOException {
    FfiGatesValues.check("fx_double", a -> Values.twice(a[0].asInt()));
  }
}
