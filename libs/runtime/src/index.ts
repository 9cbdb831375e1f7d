export { FrameReader, frameHeader } from './frames.js';
export { killAtFailpoint, type DeadlyFailpoint } from './kill-at-failpoint.js';
export { OtlpExporter, type OtlpExporterPorts } from './otlp-exporter.js';
export { PausableDeadline } from './pausable-deadline.js';
export { runProcess, type ProcessFailure, type ProcessOutput, type ProcessRequest } from './run-process.js';
export { systemRandom, uuidV7Ids } from './system-random.js';
export { systemClock, systemMonotonic, systemTimers } from './system-time.js';
export { ProcessTalk, type TalkEnding, type TalkRequest } from './talk-to-process.js';
