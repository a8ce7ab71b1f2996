"""The intrinsics of the scalar language as LLVM assembly: the operations of `cpp.PRELUDE` in the same order."""

__all__ = ["PRELUDE"]

PRELUDE = """\
declare i64 @llvm.fptosi.sat.i64.f64(double)

define internal i1 @scalar_negligible(double %term, double %total, double %roundings) alwaysinline {
  %a = call double @llvm.fabs.f64(double %term)
  %b = call double @llvm.fabs.f64(double %total)
  %c = fmul double %roundings, 0x3CA0000000000000
  %d = fmul double %c, %b
  %larger = fcmp ogt double %a, %d
  %result = xor i1 %larger, true
  ret i1 %result
}

define internal double @scalar_power(double %x, i64 %n) alwaysinline {
entry:
  %negative = icmp slt i64 %n, 0
  %minus = sub i64 0, %n
  %m0 = select i1 %negative, i64 %minus, i64 %n
  br label %test
test:
  %m = phi i64 [ %m0, %entry ], [ %half, %step ]
  %y = phi double [ %x, %entry ], [ %square, %step ]
  %r = phi double [ 1.0, %entry ], [ %next, %step ]
  %more = icmp sgt i64 %m, 0
  br i1 %more, label %step, label %done
step:
  %bit = and i64 %m, 1
  %odd = icmp eq i64 %bit, 1
  %times = fmul double %r, %y
  %next = select i1 %odd, double %times, double %r
  %square = fmul double %y, %y
  %half = lshr i64 %m, 1
  br label %test
done:
  %inverse = fdiv double 1.0, %r
  %result = select i1 %negative, double %inverse, double %r
  ret double %result
}

define internal double @scalar_minimum(double %x, double %y) alwaysinline {
  %less = fcmp olt double %y, %x
  %result = select i1 %less, double %y, double %x
  ret double %result
}

define internal double @scalar_maximum(double %x, double %y) alwaysinline {
  %more = fcmp ogt double %y, %x
  %result = select i1 %more, double %y, double %x
  ret double %result
}

define internal i64 @scalar_minimum_int(i64 %x, i64 %y) alwaysinline {
  %less = icmp slt i64 %y, %x
  %result = select i1 %less, i64 %y, i64 %x
  ret i64 %result
}

define internal i64 @scalar_maximum_int(i64 %x, i64 %y) alwaysinline {
  %more = icmp sgt i64 %y, %x
  %result = select i1 %more, i64 %y, i64 %x
  ret i64 %result
}

define internal i64 @scalar_floor_quotient(i64 %a, i64 %b) alwaysinline {
entry:
  %up = add i64 %b, 1
  %special = icmp ult i64 %up, 2
  br i1 %special, label %by_zero_or_minus_one, label %divide
by_zero_or_minus_one:
  %s = mul i64 %a, %b
  ret i64 %s
divide:
  %q = sdiv i64 %a, %b
  %r = srem i64 %a, %b
  %inexact = icmp ne i64 %r, 0
  %signs = xor i64 %a, %b
  %differ = icmp slt i64 %signs, 0
  %low = and i1 %inexact, %differ
  %one = zext i1 %low to i64
  %result = sub i64 %q, %one
  ret i64 %result
}

define internal i64 @scalar_floor_remainder(i64 %a, i64 %b) alwaysinline {
  %zero = icmp eq i64 %b, 0
  %q = call i64 @scalar_floor_quotient(i64 %a, i64 %b)
  %p = mul i64 %q, %b
  %r = sub i64 %a, %p
  %result = select i1 %zero, i64 0, i64 %r
  ret i64 %result
}

define internal i64 @scalar_integer(double %x, i1* %bad) alwaysinline {
  %whole = call double @llvm.trunc.f64(double %x)
  %size = call double @llvm.fabs.f64(double %x)
  %same = fcmp oeq double %whole, %x
  %small = fcmp ole double %size, 9007199254740992.0
  %good = and i1 %same, %small
  br i1 %good, label %done, label %refuse
refuse:
  store i1 true, i1* %bad
  br label %done
done:
  %n = call i64 @llvm.fptosi.sat.i64.f64(double %x)
  ret i64 %n
}
"""
