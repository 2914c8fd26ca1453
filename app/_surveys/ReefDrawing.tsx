/** Three reefs as the map shows them: one drawn by hand, one predicted, one being corrected. */
export function ReefDrawing() {
  return (
    <svg viewBox="0 0 320 260" className="w-full rounded-lg" aria-hidden="true">
      <rect width="320" height="260" fill="oklch(0.47 0.025 105)" />
      <path d="M0 0h320v70c-50 22-88 8-130 30S70 128 0 112z" fill="oklch(0.43 0.03 215)" />
      <path d="M0 92c60 14 100 4 150-20s110-12 170-34v22c-60 20-110 8-156 30S66 132 0 118z" fill="oklch(0.53 0.03 95)" />
      <path d="M320 176c-50 4-76 40-132 44S60 206 0 232v28h320z" fill="oklch(0.42 0.045 130)" />
      <g fill="oklch(0.36 0.02 80)">
        <path d="M58 148c-4-16 12-30 30-27s34-4 44 10-3 34-22 40-48-4-52-23z" />
        <path d="M186 122c4-14 26-22 42-14s18 22 8 32-26 12-38 6-16-12-12-24z" />
        <path d="M222 192c-8-10 4-24 20-22s30 10 24 22-36 12-44 0z" />
      </g>
      <path
        d="M58 148c-4-16 12-30 30-27s34-4 44 10-3 34-22 40-48-4-52-23zM88 146c-6-6 2-13 11-11s13 8 7 13-12 4-18-2z"
        fill="oklch(0.68 0.115 190 / 0.25)"
        fillRule="evenodd"
        stroke="white"
        strokeWidth="5"
        strokeLinejoin="round"
      />
      <path
        d="M58 148c-4-16 12-30 30-27s34-4 44 10-3 34-22 40-48-4-52-23zM88 146c-6-6 2-13 11-11s13 8 7 13-12 4-18-2z"
        fill="none"
        stroke="oklch(0.62 0.11 192)"
        strokeWidth="2.5"
        strokeLinejoin="round"
      />
      <g fill="none" strokeLinejoin="round">
        <path d="M186 122c4-14 26-22 42-14s18 22 8 32-26 12-38 6-16-12-12-24z" stroke="oklch(0.2 0.02 240 / 0.75)" strokeWidth="4.5" />
        <path
          d="M186 122c4-14 26-22 42-14s18 22 8 32-26 12-38 6-16-12-12-24z"
          fill="oklch(0.75 0.156 72 / 0.22)"
          stroke="oklch(0.78 0.156 74)"
          strokeWidth="2.2"
          strokeDasharray="6 4"
        />
        <path d="M222 192c-8-10 4-24 20-22s30 10 24 22-36 12-44 0z" stroke="oklch(0.2 0.02 240 / 0.75)" strokeWidth="4.5" />
        <path
          d="M222 192c-8-10 4-24 20-22s30 10 24 22-36 12-44 0z"
          fill="oklch(0.75 0.156 72 / 0.12)"
          stroke="oklch(0.78 0.156 74)"
          strokeWidth="2.2"
          strokeDasharray="6 4"
        />
      </g>
      <g fill="white" stroke="oklch(0.42 0.09 195)" strokeWidth="1.5">
        {[
          [58, 148],
          [88, 121],
          [132, 131],
          [110, 171],
        ].map(([x = 0, y = 0]) => (
          <rect key={x} x={x - 3.5} y={y - 3.5} width="7" height="7" />
        ))}
      </g>
    </svg>
  );
}
