import { EnrollmentServiceService } from './generated/capstan/agent/v1/enrollment.js';
import { SessionServiceService } from './generated/capstan/agent/v1/session.js';

const asBytes = (value: Buffer): Buffer => value;

/**
 * The session service with its stream as bytes: frames are decoded by this library (`FrameReader`), so that bytes which are no frame end in a code of
 * ours and not in a failure inside gRPC, and a frame over the bound can travel in chunks.
 */
export const sessionService = {
  connect: {
    path: SessionServiceService.connect.path,
    requestStream: true,
    responseStream: true,
    requestSerialize: asBytes,
    requestDeserialize: asBytes,
    responseSerialize: asBytes,
    responseDeserialize: asBytes,
  },
  renew: SessionServiceService.renew,
} as const;

/** The enrolment service, served on a listener of its own. */
export const enrollmentService = EnrollmentServiceService;
