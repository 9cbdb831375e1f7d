import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { graphqlEnum } from '../../platform/api/index.js';
import { LOG_FEED_ENDS, type LogFeedEnd } from './log-feed.js';
import { TargetArgs } from './target-args.graphql.js';

const END_MEANING: Readonly<Record<LogFeedEnd, string>> = {
  COMPLETE: 'There is no more: the container has ended, or all that was asked for is told.', SIZE_LIMIT: 'There is more than may be told at once.', TIME_LIMIT: 'It was followed for as long as one may: subscribe again.',
  BROKEN: 'The cluster or its agent stopped telling.', TOO_SLOW: 'The reader did not keep up.',
  FAILED: 'It could not be read: the message says why.',
};
const LogEndEnum = graphqlEnum('LogEnd', 'How a log ended.', LOG_FEED_ENDS, (end) => END_MEANING[end]);

@ArgsType()
export class PodLogsArgs extends TargetArgs {
  @Field(() => String, { description: 'Namespace of the pod.' }) namespace!: string;
  @Field(() => String, { description: 'Name of the pod. It must belong to the target.' }) pod!: string;
  @Field(() => String, { nullable: true, description: 'Which container; needed where there are several.' }) container?: string | null;
  @Field(() => Int, { nullable: true, defaultValue: 100, description: 'How many of the last lines, 0 to 5,000.' }) tail!: number | null;
  @Field(() => Int, { nullable: true, description: 'Only what is at most so many seconds old.' }) sinceSeconds?: number | null;
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Of the run before the current one.' }) previous!: boolean | null;
}

@ObjectType('PodLogs', { description: 'The end of a log.' })
export class PodLogsType {
  @Field(() => String, { description: 'The text, at most 1 MiB.' }) text!: string;
  @Field(() => LogEndEnum, { description: 'COMPLETE, or why there is no more of it.' }) end!: LogFeedEnd;
}

@ObjectType('PodLogPart', { description: 'A part of a log that is followed.' })
export class PodLogPartType {
  @Field(() => String, { description: 'What was added; it may begin and end within a line.' }) text!: string;
  @Field(() => LogEndEnum, { nullable: true, description: 'Of the last part: how it ended.' }) end!: LogFeedEnd | null;
  @Field(() => String, { nullable: true, description: 'Why it failed, for people.' }) message!: string | null;
}
