import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Everything is served from /console/ by the server itself; names carry a hash, so that they may be kept for ever.
export default defineConfig({
  base: '/console/',
  plugins: [react()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // nothing inline: the page's policy refuses it
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': process.env.JUNCTOR_URL ?? 'http://127.0.0.1:21114' } },
});
