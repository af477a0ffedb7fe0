/** Preloaded: an agent that brings OpenTelemetry API 1.9 and SDK 2 of its own, and registers them for all. */
import { diag, DiagConsoleLogger, DiagLogLevel, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
trace.setGlobalTracerProvider(new BasicTracerProvider());
