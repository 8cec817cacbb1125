import type { NextConfig } from "next";

// A static export: the bundle in out/ is served by nginx (cluster) or the one-machine platform,
// same origin as the API. `trailingSlash` makes every route a folder with index.html, so that the
// plainest file server finds it without rewrite rules.
const config: NextConfig = {
  output: "export",
  trailingSlash: true,
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  devIndicators: false,
  // Only in `next dev`; an export ignores rewrites.
  ...(process.env.NODE_ENV === "development" && {
    output: undefined,
    skipTrailingSlashRedirect: true,
    rewrites: async () => [
      { source: "/api/:path*", destination: `${process.env.API_URL ?? "http://localhost:8080"}/api/:path*` },
    ],
  }),
};

export default config;
