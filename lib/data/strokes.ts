/**
 * Defines the ten digits as pen strokes. Each variant of a digit is a list of strokes, and each
 * stroke is a line through points. x runs from -0.6 (left) to 0.6 (right), y from -1 (top) to 1
 * (bottom).
 */

/** The coordinates of a stroke's points: x, y, x, y... */
export type Stroke = readonly number[];

/** The variants of each digit, indexed by digit. */
export const DIGIT_STROKES: readonly (readonly Stroke[])[][] = [
  [[ellipse(0, 0, 0.58, 0.95, 0, 360)]],
  [
    [[0, -0.95, 0, 0.95]],
    [[-0.3, -0.55, 0.02, -0.95, 0.02, 0.95]],
    [[-0.3, -0.55, 0.02, -0.95, 0.02, 0.95], [-0.35, 0.95, 0.4, 0.95]],
  ],
  [
    [[...ellipse(0, -0.42, 0.52, 0.53, 195, 390), -0.55, 0.95, 0.58, 0.95]],
    [[
      ...ellipse(0, -0.4, 0.5, 0.55, 195, 400),
      ...ellipse(-0.3, 0.68, 0.25, 0.25, 60, 330),
      0.6,
      0.9,
    ]],
  ],
  [
    [[
      ...ellipse(-0.05, -0.48, 0.48, 0.47, 205, 440),
      ...ellipse(-0.05, 0.45, 0.56, 0.5, 280, 510),
    ]],
    [[-0.45, -0.93, 0.42, -0.93, 0, -0.1, ...ellipse(-0.08, 0.42, 0.55, 0.52, 285, 505)]],
  ],
  [
    [[0.2, -0.95, -0.55, 0.3, 0.58, 0.3], [0.25, -0.95, 0.25, 0.95]],
    [[-0.4, -0.9, -0.48, 0.05, 0.42, 0], [0.42, -0.85, 0.32, 0.95]],
  ],
  [
    [[0.5, -0.93, -0.38, -0.93, -0.45, -0.08, ...ellipse(-0.04, 0.36, 0.55, 0.56, 235, 495)]],
  ],
  [
    [[...ellipse(0.5, 0.35, 1, 1.3, 265, 190), ...ellipse(0, 0.42, 0.5, 0.51, 180, -180)]],
    [[0.1, -0.95, -0.3, 0, ...ellipse(0.02, 0.5, 0.42, 0.43, 180, -180)]],
  ],
  [
    [[-0.5, -0.9, 0.5, -0.9, -0.1, 0.95]],
    [[-0.5, -0.9, 0.5, -0.9, -0.1, 0.95], [-0.25, 0.05, 0.45, 0.05]],
    [[-0.5, -0.6, -0.5, -0.9, 0.5, -0.9, 0.1, 0, 0, 0.95]],
  ],
  [
    [ellipse(0, -0.48, 0.43, 0.47, 0, 360), ellipse(0, 0.47, 0.52, 0.48, 0, 360)],
    [[
      ...ellipse(0, -0.5, 0.42, 0.45, -30, -250),
      ...ellipse(0, 0.48, 0.48, 0.47, -60, 240),
      0.38,
      -0.7,
    ]],
  ],
  [
    [ellipse(-0.02, -0.43, 0.48, 0.5, 0, 360), [0.46, -0.43, 0.4, 0.3, 0.2, 0.95]],
    [[...ellipse(0, -0.43, 0.46, 0.5, -20, -380), 0.42, 0.95]],
  ],
];

/** Returns points along an ellipse, about 20 degrees apart; 0 degrees is to the right, 90 is down. */
function ellipse(
  x: number,
  y: number,
  radiusX: number,
  radiusY: number,
  fromDegrees: number,
  toDegrees: number,
): Stroke {
  const steps = Math.ceil(Math.abs(toDegrees - fromDegrees) / 20);
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = (fromDegrees + (toDegrees - fromDegrees) * i / steps) * Math.PI / 180;
    return [x + radiusX * Math.cos(angle), y + radiusY * Math.sin(angle)];
  }).flat();
}
