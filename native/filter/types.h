// What can be done with values of each field type.
#pragma once
#include "filter/value.h"
#include "packet/field.h"

namespace strato::filter {

/// "an unsigned 16-bit number", for messages.
const char* describe(FT t);
/// The family two types must share to be compared.
bool compatible(FT a, FT b);

bool can_compare(FT t);
bool can_contain(FT t);
bool can_match(FT t);
bool can_slice(FT t);
bool can_arith(FT t, ArithOp op);
bool can_negate(FT t);
/// string(): numbers and addresses.
bool can_stringify(FT t);
bool is_number(FT t);  // integers without FT_BOOLEAN
bool is_text(FT t);
/// 32 or 64: where arithmetic on this type overflows. Times count in nanoseconds, so 64.
int arith_bits(FT t);
/// Bytes len() gives for the type itself, -1 when it depends on the value, -2 when there is no length.
int fixed_length(FT t);

}  // namespace strato::filter
