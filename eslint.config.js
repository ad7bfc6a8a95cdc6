// ESLint reads TypeScript configuration only through one more package; Node runs it as it is.
export { default } from './lint/config.ts';
