package hazard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Boundary values through native methods, held against C. One JVM for all that do not end it. */
class ValuesTests {
  private static Object digest(FfiGatesValues.Value[] a) {
    return Values.digest(a[0].asShort(), a[1].asLong(), a[2].asInt(), a[3].asDouble());
  }

  /** As UTF-8, but the library never sees what comes behind a NUL. */
  private static Object points(FfiGatesValues.Value[] a) {
    byte[] text = (a[0].asString() + "\0").getBytes(StandardCharsets.UTF_8);
    return FfiGatesValues.unsigned(Values.pointsOf(text));
  }

  @Test
  void abi_wrong_width__value() throws IOException {
    FfiGatesValues.check("fx_wide", a -> Values.wide(a[0].asLong(), a[1].asLong())); //~ abi_wrong_width__value: values = abi/wrong-width
  }

  @Test
  void abi_wrong_width__argument() throws IOException {
    FfiGatesValues.check("fx_wide", a -> Values.wideArgument(a[0].asLong(), a[1].asLong())); //~ abi_wrong_width__argument: values = abi/wrong-width
  }

  @Test
  void abi_arity__value() throws IOException {
    FfiGatesValues.check("fx_wide", a -> Values.wideAlone(a[0].asLong(), a[1].asLong())); //~ abi_arity__value: values = abi/arity
  }

  @Test
  void abi_wrong_signedness__value() throws IOException {
    FfiGatesValues.check("fx_unsigned_max", a -> Values.unsignedMax()); //~ abi_wrong_signedness__value: values = abi/wrong-signedness
  }

  @Test
  void abi_struct_layout__value() throws IOException {
    FfiGatesValues.check("fx_record_digest", ValuesTests::digest); //~ abi_struct_layout__value: values = abi/struct-layout
  }

  @Test
  void abi_calling_convention__value() throws IOException {
    FfiGatesValues.check("fx_mean", a -> Values.mean(a[0].asDouble(), a[1].asFloat(), a[2].asInt())); //~ abi_calling_convention__value: values = abi/calling-convention
  }

  @Test
  void abi_encoding__value() throws IOException {
    FfiGatesValues.check("fx_utf8_points", a -> FfiGatesValues.unsigned(Values.points(a[0].asString()))); //~ abi_encoding__value: values = abi/encoding
  }

  @Test
  void abi_encoding__nul() throws IOException {
    FfiGatesValues.check("fx_utf8_points", ValuesTests::points); //~ abi_encoding__nul: values = abi/encoding
  }

  @Test
  void bounds_length_arithmetic__value() throws IOException {
    FfiGatesValues.check("fx_sum", a -> Values.sum(a[0].asBytes())); //~ bounds_length_arithmetic__value: values = bounds/length-arithmetic
  }
}

class InitUninitialisedOutParameterValueTest {
  @Test
  void init_uninitialised_out_parameter__value() throws IOException {
    FfiGatesValues.check("fx_measure", a -> Values.twice(a[0].asInt())); //~ init_uninitialised_out_parameter__value: values fuzz = init/uninitialised-out-parameter
  }
}

class TrustValidationGapCodeTest {
  @Test
  void trust_validation_gap__code() throws IOException {
    FfiGatesValues.check("fx_double", a -> Values.twice(a[0].asInt())); //~ trust_validation_gap__code: values fuzz = trust/validation-gap
  }
}

/* Ends the JVM, therefore last. */
class ZAbiTruncatedPointerValueTest {
  @Test
  void abi_truncated_pointer__value() throws IOException {
    FfiGatesValues.check("fx_box", a -> Values.box(a[0].asInt())); //~ abi_truncated_pointer__value: values = crash/signal
  }
}

/* Ends the JVM, therefore last. */
class ZTrustValidationGapValueTest {
  @Test
  void trust_validation_gap__value() throws IOException {
    FfiGatesValues.check("fx_slice", a -> Values.slice(a[0].asInt(), a[1].asInt())); //~ trust_validation_gap__value: values fuzz = trust/validation-gap
  }
}
