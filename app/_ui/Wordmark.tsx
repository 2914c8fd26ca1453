/** The mark: a reef's outline, half of it found by a person, half by the machine. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path
        d="M12 3.2c-2.6-.6-5.6.5-6.9 2.9-1.4 2.5-.6 4.1-1.4 6.4-.7 2.2-.2 5 1.9 6.8 1.9 1.6 4.2 1.7 6.4 1.4"
        stroke="var(--accent)"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
      <path
        d="M12 3.2c2.5.6 3.3 1.8 5.3 2.8 2.3 1.2 3.4 3.6 3 6.3-.4 2.9-1.1 3-2 5.1-1 2.2-3.6 3.1-6.3 3.3"
        stroke="var(--amber)"
        strokeWidth="2.2"
        strokeLinecap="round"
        strokeDasharray="3.2 3.6"
      />
    </svg>
  );
}

export function Wordmark({ short = false }: { short?: boolean }) {
  return (
    <span className="flex items-center gap-2">
      <Mark size={short ? 20 : 24} />
      <span className={short ? "font-semibold tracking-[-0.01em] max-[1019px]:hidden" : "text-lg font-semibold tracking-[-0.015em]"}>
        Reefline
      </span>
    </span>
  );
}
