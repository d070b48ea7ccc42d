/** Returns the sum of the four lanes. */
// @ts-ignore: decorator
@inline
export function total(vector: v128): f32 {
  return f32x4.extract_lane(vector, 0) + f32x4.extract_lane(vector, 1) + f32x4.extract_lane(vector, 2) +
    f32x4.extract_lane(vector, 3);
}

/** Returns the highest of the four lanes. */
// @ts-ignore: decorator
@inline
export function highest(vector: v128): f32 {
  return max(
    max(f32x4.extract_lane(vector, 0), f32x4.extract_lane(vector, 1)),
    max(f32x4.extract_lane(vector, 2), f32x4.extract_lane(vector, 3)),
  );
}
