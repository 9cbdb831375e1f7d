import { TEST_STATES, type TestRun, type TestState } from '#domain';
import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { graphqlEnum, MutationInput, MutationPayload } from '../../platform/api/index.js';
import { ObjectRefType, toRefType } from './targets.graphql.js';

const STATE_MEANING: Readonly<Record<TestState, string>> = {
  WAITING: 'Its turn has not come; of a run that is over: it was not run.', RUNNING: 'It is there, and is not done.', SUCCEEDED: 'It ended well.', FAILED: 'It failed, or was not done at its deadline.',
};
const TestStateEnum = graphqlEnum('TestState', 'How far a test, or a run of them, has come.', TEST_STATES, (state) => STATE_MEANING[state]);

@ObjectType('TestResult', { description: 'One test of a release.' })
export class TestResultType {
  @Field(() => ObjectRefType, { description: 'The object that was created for it.' }) object!: ObjectRefType;
  @Field(() => TestStateEnum, { description: 'How far it has come.' }) state!: TestState;
  @Field(() => String, { description: 'What there is to say, for people.' }) message!: string;
  @Field(() => String, { nullable: true, description: 'The end of what its pods said, at most 16 KiB, with the values of the release\'s Secrets masked; null while the run goes on, and without the permission `target:logs`.' }) log!: string | null;
}

@ObjectType('TestRun', { description: 'One run of all tests of the release that a target has applied.' })
export class TestRunType {
  @Field(() => String, { description: 'Its id.' }) id!: string;
  @Field(() => TestStateEnum, { description: 'How far it has come.' }) state!: TestState;
  @Field(() => [TestResultType], { description: 'In the order in which they run.' }) tests!: TestResultType[];
  @Field(() => String, { description: 'Why it ended before its tests did.' }) message!: string;
}

@InputType({ description: 'What to test.' })
export class RunTestsInput extends MutationInput {
  @Field(() => String, { description: '`project/application@cluster`; without a project: `default`.' }) target!: string;
}

@ObjectType({ description: 'The run that has begun.' })
export class RunTestsPayload extends MutationPayload {
  @Field(() => TestRunType, { nullable: true, description: 'The run; null when refused.' }) testRun!: TestRunType | null;
}

/** @param hasLogs whether what the pods said may be told */
export function toTestRunType({ id, state, tests, message }: TestRun, hasLogs: boolean): TestRunType {
  return { id, state, message, tests: tests.map((test) => ({ object: toRefType(test.ref), state: test.state, message: test.message, log: hasLogs ? test.log : null })) };
}
