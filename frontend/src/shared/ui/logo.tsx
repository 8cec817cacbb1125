/** A faceted stone with a tick. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg aria-hidden width={size} height={size} viewBox="0 0 32 32" className="shrink-0">
      <path d="M16 1.500 28.500 9v14L16 30.500 3.500 23V9Z" fill="#5a4ad9" />
      <path d="M16 1.500 28.500 9 16 16.500 3.500 9Z" fill="#8f80ff" />
      <path d="M16 16.500V30.500L3.500 23V9Z" fill="#3f31ad" />
      <path d="m10.200 16.200 4.100 4.100 7.800-8.600" fill="none" stroke="#fff" strokeWidth="2.800" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
