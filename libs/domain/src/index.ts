export { grantedPermissions, isPermission, isRole, PERMISSIONS, ROLES, type Permission, type Role } from './access/permission.js';
export type { ApplicationSpec, DriftPolicy, HelmSpec, Renderer, SourceSpec, SyncPolicy } from './application/application-spec.js';
export { formatGlobalId, GLOBAL_ID_TYPES, parseAnyGlobalId, parseGlobalId, type GlobalIdType } from './global-id.js';
export {
  applicationId, applicationRevisionId, clusterId, hubId, joinTokenId, principalId, projectId, releaseId, repositoryId, rolloutId, targetId, tombstoneId, validatorId,
  type ApplicationId, type ApplicationRevisionId, type ClusterId, type HubId, type JoinTokenId, type PrincipalId, type ProjectId, type ReleaseId, type RepositoryId,
  type RolloutId, type TargetId, type TombstoneId, type ValidatorId,
} from './ids.js';
export { formatTargetName, parseName, parseTargetName, type InvalidName, type TargetName } from './names.js';
export { formatObjectRef, objectKey, objectRefOf, parseApiVersion, type KubeObject, type ObjectMeta, type ObjectRef } from './object/kube-object.js';
export { DEFAULT_AGENT_NAMESPACE, FIELD_MANAGER, OWNER_ANNOTATION, ownerAnnotation, PROTECT_ANNOTATION, TARGET_LABEL, targetLabelValue } from './object/ownership.js';
export { readObject, type NotAnObject } from './object/read-object.js';
export { readObjects, type ReadObjectsFailure, type ReadObjectsRules, type SourcedDocument, type SourcedObject } from './object/read-objects.js';
export { findReservation, PART_OF_LABEL, type ReservedForAgent } from './object/reserved-for-agent.js';
export { substituteParameters, type SubstitutionFailure } from './object/substitute-parameters.js';
export type { Selector, SelectorExpression, SelectorOperator } from './selector/selector.js';
export {
  isSamePoint, judgeHistory, type Ancestry, type HistoryVerdict, type RefLine, type RefPoint, type RewriteKind, type SeenAncestry,
} from './source/judge-history.js';
export { askHost, hearOfHost, NO_BREAKER, type HostAsker, type HostBreaker, type HostSign, type HostVerdict } from './source/host-breaker.js';
export { judgeRefName } from './source/judge-ref-name.js';
export { duplicatesAfterFold, foldTreeEntryName, judgeTreeEntryName, judgeTreePath, MAX_PATH_BYTES, printablePath } from './source/judge-tree-entry.js';
export { parseTreeObject, type MalformedTree } from './source/parse-tree-object.js';
export { parseOrigin, parseRepositoryUrl, type RefusedRepositoryUrl, type RepositoryUrl } from './source/repository-url.js';
export { MAX_SYMLINK_HOPS, resolveSymlink } from './source/resolve-symlink.js';
export {
  KUSTOMIZATION_FILE_NAMES, kustomizationReferences, MAX_KUSTOMIZATION_BYTES, pluginReferences, type KustomizationReferences, type PathReference, type RemoteUse, type UnresolvableReference,
} from './source/kustomization-references.js';
export {
  CHART_FILE, localDependency, MAX_CHART_FILE_BYTES, memberIn, readChartMetadata, REQUIREMENTS_FILE, type ChartDependency, type ChartMetadata,
} from './source/chart-dependencies.js';
export { judgeChartLock } from './source/judge-chart-lock.js';
export { isKept } from './object/helm-annotations.js';
export { LONGEST_RELEASE_NAME, MAX_VALUES_FILES, type HelmInput } from './application/validate-helm.js';
export { formatArchiveRef, isArchiveDigest, isArchiveTag, isChartName, parseArchiveRef, type ArchiveWish } from './source/archive-ref.js';
export { archiveFullRef, judgeArchiveHistory } from './source/judge-archive-history.js';
export { chooseVersion, exactVersion, isLowerVersion, judgeVersionRange } from './source/choose-version.js';
export { isRepositoryType, REPOSITORY_TYPES, type RepositoryType } from './source/repository-type.js';
export { contactUrlOf, defaultRepositoryType, parseRepositoryUrlOfType } from './source/repository-url-of-type.js';
export { filesOfFurtherSource, isForValues, mayHaveBases } from './application/files-of-further-source.js';
export { splitSourceFile, type FurtherSource } from './application/further-source.js';
export { MAX_FURTHER_SOURCES, type FurtherSourceInput } from './application/validate-further-sources.js';
export { combineSourceDigests, type FurtherDigest } from './source/combine-source-digests.js';
export { computeFilesDigest } from './source/compute-files-digest.js';
export { judgeSourceOfType } from './application/judge-source-of-type.js';
export { findRemoteBase, type BaseSource, type RemoteBase, type RemoteBaseRefusal } from './source/find-remote-base.js';
export { parseRemoteReference, type RemoteReference } from './source/remote-reference.js';
export { resolveRepositoryPath } from './source/repository-path.js';
export type { ResolvedEntry, SourceReadFailure, SourceTree, TreeEntry, TreeEntryMode } from './source/source-tree.js';
export type { AssignmentOrder, Order, OrderedArchive, OrderedFurtherSource, OrderHeader, OrderVersion, RemovalMode, TombstoneOrder } from './target/assignment.js';
export { isReasonCode, REASON_ADVICE, REASON_CODES, type ReasonCode } from './target/reason-code.js';
export type { DriftedObject, ObjectHealth, TargetReport } from './target/target-report.js';
export { HEALTH_STATES, SYNC_STATES, type HealthState, type SyncState } from './target/target-state.js';
export { parseKubernetesYaml, parseKubernetesYamlInSteps, type JsonDocument } from './yaml/parse-kubernetes-yaml.js';
export type { YamlFailure } from './yaml/yaml-failure.js';
export { contentId, contentIdOf, contentKey, isContentId } from './content/content-key.js';
export { contentToKeep, type ContentRecord } from './content/content-to-keep.js';
export { dependentsLeaving } from './dependencies/dependents-leaving.js';
export { applicationsNeeded } from './dependencies/applications-needed.js';
export { findDependencyCycle } from './dependencies/find-cycle.js';
export { missingDependencies, type DependencyState } from './dependencies/judge-dependencies.js';
export { admittedChanges, type AdmittedChange } from './drift/admitted-changes.js';
export { autoscaledCover, autoscalersOf, declaresReplicas, readAutoscaler, scaledCover, type Autoscaler } from './drift/autoscaler.js';
export { changedFields } from './drift/changed-fields.js';
export { compareApplied, differs, NO_TOLERANCE, type Tolerance } from './drift/compare-applied.js';
export { coverOfRule, isCovered, isNoCover, joinCovers, NO_COVER, type FieldCover } from './drift/field-cover.js';
export { parsePointer, pointsAt, type FieldPointer } from './drift/field-pointer.js';
export { isByHand } from './drift/hand-managers.js';
export { budgetAt, HEAL_PACES, nextHealAtMs, spendHeal, type HealBudget, type HealPace } from './drift/heal-budget.js';
export { injectedCover } from './drift/injected-cover.js';
export { keepLive, type KeptLive } from './drift/keep-live.js';
export { fitChanges, VALUE_LIMITS, type FieldChange } from './drift/field-change.js';
export { fieldManagersOf, holdsField, type FieldManager } from './drift/field-managers.js';
export { formatPath, parseFieldsV1, type FieldTree, type MalformedFields, type PathStep } from './drift/field-paths.js';
export { isSecret, LAST_APPLIED_ANNOTATION, MASK, maskValue } from './drift/mask-secrets.js';
export { isSameScalar, parseQuantity } from './drift/same-value.js';
export { CEL_LANGUAGE, CEL_VARIABLE } from './cel/cel-language.js';
export { emailOf, FURTHER_AUTHORS, MAX_COMMIT_PEOPLE, mergePeople, NOBODY, UNKNOWN_PEOPLE, type CommitPeople, type CommitPerson } from './release/commit-people.js';
export { judgeMaintenance, sayMaintenance, type MaintenanceJudgement } from './maintenance/judge-maintenance.js';
export { maintenanceJson, maintenanceOf, type MaintenanceWindow } from './maintenance/maintenance-window.js';
export type { MaintenanceWindowInput } from './maintenance/validate-maintenance-windows.js';
export { DEFAULT_APPROVALS, validateProjectPolicy, type ApprovalPolicy, type ProjectPolicy, type ProjectPolicyInput } from './project/project-policy.js';
export { checkCel, type CelProblem } from './cel/check-cel.js';
export { MAX_EXPRESSION_LENGTH } from './application/validate-expression.js';
export { aggregateHealth, type TargetHealth } from './health/aggregate-health.js';
export { CROSSPLANE_RESOURCE, crossplaneRule } from './health/rules/crossplane.js';
export { BUILT_IN_RULES, healthOf } from './health/health-of.js';
export { expressionsOfRule, hasSameHealthRules, healthRuleFor, judgeByRule, type ExpressionOutcome } from './health/judge-by-rule.js';
export type { Health, KindRules, Outcome } from './health/health.types.js';
export { encodeHead, parseHead } from './inventory/encode-head.js';
export { encodeShards, MAX_SHARD_BYTES, parseShard, type EncodedShard } from './inventory/encode-shards.js';
export type { InventoryFailure } from './inventory/inventory-failure.js';
export type { AppliedRelease, IntendedEntry, InventoryEntry, InventoryHead, LiveEntry, ShardRef, TargetHead } from './inventory/inventory.types.js';
export { appliedHashOf, intendedEntry, liveEntry, planApply, type ApplyPlan, type PlanFailure } from './inventory/plan-apply.js';
export { isAppliedByUs, resolveIntended, type IntendedResolution } from './inventory/resolve-intended.js';
export { fieldOf, isJsonList, isJsonObject, listOf, numberOf, textOf } from './json/read-json.js';
export { claimOf, type Claim } from './object/claims.js';
export { applyOptionsOf, readApplyOptions, type ApplyOptions } from './apply/apply-options.js';
export { renameVersion } from './apply/rename-version.js';
export { handOverFields, isDeployTool } from './apply/hand-over-fields.js';
export { whyNotReplaceable } from './apply/replaceable.js';
export { AUTHOR_ANNOTATIONS, isAuthorAnnotation } from './object/author-annotations.js';
export { isProtected, RESERVED_PREFIX } from './object/ownership.js';
export { MAX_OBJECT_BYTES, prepareObject, type ObjectScope, type PrepareContext, type PrepareFailure } from './object/prepare-object.js';
export { renderedScopes } from './object/rendered-scopes.js';
export { foldStringData } from './object/secret-data.js';
export { hideTexts, secretTextsOf } from './object/secret-texts.js';
export { exceedsCap, guardOf, guardRemoval, isGuardedKind, removalDigest, type RemovalDecision, type RemovalRequest } from './prune/prune-guard.js';
export { PRUNE_VALUES, policyOfWishes, removalPolicyOf, removalWishesOf, withLiveWishes, type RemovalCause, type RemovalPolicy, type RemovalWishes } from './prune/removal-policy.js';
export { isHeldUp } from './prune/is-held-up.js';
export { holdUpsOf, whyTerminating } from './prune/why-terminating.js';
export { isWithinShown, type TakenAlong } from './prune/taken-along.js';
export { isDefinitionEntry, isNamespaceEntry, sayWaiting, shownWith } from './prune/say-waiting.js';
export { sayKept } from './prune/say-kept.js';
export { removalVerdict, type RemovalVerdict, type VerdictHow } from './prune/removal-verdict.js';
export { acceptOrder, compareVersions, maxVersion, type OrderContext, type OrderDecision } from './target/accept-order.js';
export { orderDigest } from './target/order-digest.js';
export { featuresOf, isOrderFeature, ORDER_FEATURE_WORDS, ORDER_FEATURES, type OrderFeature } from './target/order-features.js';
export { awaitNamespace, done, retryAfterMs, stalled, STALLED_RETRY_MS, wait, type StepOutcome, type StepReason } from './target/step-outcome.js';
export { kindsBelow, mayOwnCustomKinds, type ListedKind } from './tree/kinds-below.js';
export { arrangeTree, MAX_TREE_NODES, type ResourceTree, type TreeNode, type TreeRoot, type UnreadKind } from './tree/resource-tree.js';
export { ownersOf, treeObjectOf, type OwnerRef, type PodState, type TreeObject } from './tree/tree-object.js';
export { PHASES, phaseOf, type Phase, type Settle } from './waves/kind-order.js';
export { orderRemoval, orderWaves, type Wave } from './waves/order-waves.js';
export { readWave, waveOf } from './waves/read-wave.js';
export { sayAnnotationFault, type AnnotationFault } from './object/annotation-fault.js';
export { HOOK_EVENTS, HOOK_PHASES, type Hook, type HookDelete, type HookDialect, type HookEvent, type HookPhase } from './hooks/hook.types.js';
export { isHook, readHook } from './hooks/read-hook.js';
export { MAX_HOOKS, sortOutHooks, testHooks, type NotOrdered, type SortedOut } from './hooks/sort-out-hooks.js';
export { eventOf, orderHooks } from './hooks/order-hooks.js';
export { judgeHook, runsToAnEnd, type HookJudgement } from './hooks/judge-hook.js';
export { gateJobObject, gateJobs } from './hooks/gate-job.js';
export { HOOK_RUN_ANNOTATION, hookMark, hookObject, type HookOccasion } from './hooks/hook-object.js';
export { cutLogs, TEST_STATES, type TestResult, type TestRun, type TestState } from './hooks/test-run.js';
export { areHooksDue, hookObjectsOf, hookRefsOf, intendHook, isOverdue, mustGoFirst, openLedger, openRecords, recordOf, runOf, withRecords } from './hooks/hook-ledger.js';
export type { HookFailure, HookLedger, HookLeftover, HookRecord, HookState } from './hooks/hook-ledger.types.js';
export { endedLeftovers, removableHookObjects } from './hooks/hook-leftovers.js';
export { normalizeSourcePath } from './application/normalize-source-path.js';
export { MAX_WATCHED_PATHS, validateApplication, type ApplicationInput } from './application/validate-application.js';
export { selectorOf, type SelectorInput } from './selector/selector-of.js';
export { selectorJson } from './selector/selector-json.js';
export { formatPattern, matchesPattern, type ObjectPattern } from './application/object-pattern.js';
export type { ObjectPatternInput } from './application/read-object-pattern.js';
export type { Patch, PatchSpec } from './application/patch-spec.js';
export { patchSpecJson } from './application/patch-spec-json.js';
export { MAX_PATCHES, type PatchInput } from './application/validate-patches.js';
export { readPatch, type MalformedPatch, type PatchContent } from './application/read-patch.js';
export { MAX_DEPENDENCIES } from './application/validate-depends-on.js';
export { MAX_HEALTH_RULES, type HealthRuleInput } from './application/validate-health-rules.js';
export { MAX_IGNORE_RULES, type IgnoreRuleInput } from './application/validate-ignore-rules.js';
export type { HealthRule } from './health/health-rule.js';
export type { IgnoreRule } from './drift/ignore-rule.js';
export { FACT_KEY_PREFIX, factNameOf, isFactName, MAX_FACT_LENGTH, MAX_FACTS, parseFacts, type Facts, type FactValue } from './cluster/facts.js';
export { isReservedLabelKey, MAX_LABELS, validateLabels, type Labels } from './cluster/validate-labels.js';
export { issuesUnder, type FieldIssue, type FieldIssueCode } from './field-issue.js';
export { checkParameters, MAX_PARAMETERS_BYTES, resolveParameters, type ParameterCluster, type ParameterFailure, type ResolvedParameters } from './parameters/resolve-parameters.js';
export { resolveForCluster, type ResolvedForCluster } from './parameters/resolve-for-cluster.js';
export { releaseKey, renderingFieldsOf, shouldRelease, type ReleaseDecision, type ReleaseKey, type RenderingFields } from './release/release-key.js';
export { explainTarget } from './explain/explain-target.js';
export { EXPLANATION_STEPS, type Explanation, type ExplanationStep, type KnownOfRollout, type KnownOfTarget, type KnownToExplain } from './explain/explanation.types.js';
export { foldTargetChanges, type TargetPast } from './history/fold-target-changes.js';
export { deploymentsOf, measureDeployments, type Deployment, type DeploymentMeasures, type MeasuredRollout, type MeasuredWindow, type Spread } from './history/measure-deployments.js';
export { LIFE_KINDS, TARGET_CHANGE_KINDS, type TargetChange, type TargetChangeKind } from './history/target-change.js';
export { applyRolloutTransition, applyRolloutTransitions } from './rollout/apply-transition.js';
export { controlRollout, currentStage, ROLLOUT_COMMANDS, type ControlFailure, type RolloutCommand } from './rollout/control-rollout.js';
export { explainRollout } from './rollout/explain-rollout.js';
export { ROLLOUT_HURDLES, type RolloutHurdle } from './rollout/rollout-hurdle.js';
export type { DependenceApplication, DependenceCluster, DependenceFacts, DependenceTarget } from './rollout/dependence/dependence-facts.js';
export { judgeDependence } from './rollout/dependence/judge-dependence.js';
export { judgeReport } from './rollout/judge-report.js';
export { checkValidatorUrl } from './rollout/validator/check-validator-url.js';
export { judgeValidation, type Validation } from './rollout/validator/judge-validation.js';
export { MAX_VALIDATOR_MESSAGE, readValidatorAnswer, type ValidatorAnswer } from './rollout/validator/read-validator-answer.js';
export { validatorQuestion, type ValidatorFacts } from './rollout/validator/validator-question.js';
export { gateDeadline, saySkippedGate, subjectsOf, tellSkippedGate } from './rollout/judge-checked-gate.js';
export { judgeApprover, type ApproverRefused } from './rollout/judge-approver.js';
export { judgeDeployment, type DeploymentFailure, type DeploymentVerdict } from './rollout/judge-deployment.js';
export { judgeGate, unaskedOf } from './rollout/judge-gates.js';
export { sayFailedGate } from './rollout/say-failed-gate.js';
export { judgeMeasurement, type JudgedMeasurement, type MeasuredSoFar } from './rollout/metric/judge-measurement.js';
export { metricQueryProblem, QUERY_WORDS, resolveMetricQuery, type QueryContext, type QueryFailure, type QueryWord } from './rollout/metric/resolve-metric-query.js';
export { judgeSync, type SyncRequest, type SyncVerdict } from './rollout/judge-sync.js';
export { OFFLINE_GRACE_MS } from './rollout/judge-rollout-target.js';
export { LONGEST_UNSEEN_MS, nextLook, nextLookToStore, unaskedLook } from './rollout/next-look.js';
export { outOfReach, type AwayRepository, type LastLook, type OutOfReach, type WayBack } from './rollout/out-of-reach.js';
export { placeLateTargets, type LateTargetPlacement } from './rollout/place-late-targets.js';
export { planRollout } from './rollout/plan-rollout.js';
export { PLACEMENT_REASONS, resolveStages, stageForLateTarget, type PlacedInStage, type PlacementReason, type TargetToPlace } from './rollout/resolve-stages.js';
export {
  GATE_STATES, isRolloutOver, ROLLOUT_CAUSES, ROLLOUT_STATES, ROLLOUT_TARGET_STATES, STAGE_STATES, UNFINISHED_ROLLOUT_STATES, type CheckSubject, type GateCheck, type SeenOnCluster, type GateRow, type GateState, type ObservedTarget, type RefusedVersion, type RolloutCause, type RolloutPhase,
  type RolloutState, type RolloutTargetRow, type RolloutTargetState, type RolloutTransition, type StageRow, type StageState,
} from './rollout/rollout.types.js';
export {
  isNextInLine, movesAll, ROLLOUT_WAITS, STAGE_ALL, startRollout, supersededByStarting, type KnownRollout, type RolloutStart, type RolloutTargetStart, type RolloutToStart, type RolloutWait,
  type TargetToRoll,
} from './rollout/start-rollout.js';
export {
  GATE_KINDS, type CheckedGateSpec, type GateSpec, type JobGateSpec, type MetricGateSpec, type RolloutGateSpec, type ValidatorGateSpec,
} from './rollout/strategy/gate-spec.js';
export { quantityOf, readQuantity, type Quantity } from './rollout/strategy/quantity.js';
export {
  DEFAULT_DEADLINE_SECONDS, DEFAULT_STRATEGY, FAILURE_POLICIES, NEWER_RELEASE_POLICIES, STRATEGY_KINDS, type FailurePolicy, type NewerReleasePolicy, type RolloutStrategy, type RolloutStrategyKind, type StagedStrategy,
  type StageOrder, type StageSpec,
} from './rollout/strategy/rollout-strategy.js';
export { strategyJson } from './rollout/strategy/strategy-json.js';
export { strategyOf, type StageInput, type StrategyInput } from './rollout/strategy/validate-strategy.js';
export type { GateInput } from './rollout/strategy/validate-gates.js';
export type { KnownToGates } from './rollout/warnings/known-to-gates.js';
export { ROLLOUT_WARNINGS, WARNING_SEVERITIES, type RolloutWarning, type RolloutWarningCode, type WarningSeverity } from './rollout/warnings/rollout-warning.js';
export { warnOfMaintenance } from './rollout/warnings/warn-of-maintenance.js';
export { warnOfRollout } from './rollout/warnings/warn-of-rollout.js';
export { warnOfStrategy } from './rollout/warnings/warn-of-strategy.js';
export { formatSelector } from './selector/format-selector.js';
export { matchesSelector, type SelectorMatch } from './selector/match-selector.js';
export { MAX_SELECTOR_LENGTH, parseSelectorString, type SelectorInvalid } from './selector/parse-selector-string.js';
export { validateSelector } from './selector/validate-selector.js';
export { computeSourceDigest, type WatchedSource } from './source/compute-source-digest.js';
export type { NotStatic, WatchedPath, WatchSet } from './source/watch-set.js';
export { describeTargetState, isOrderRefused, isTargetHealthy, isTargetSettled, isTargetSynced, type TargetSituation, type TargetStateDescription } from './target/describe-target-state.js';
export {
  diffTargets, type ClusterState, type ClusterToMatch, type ExistingTarget, type TargetDiff, type TargetRemoval, type TargetsToDiff,
} from './target/diff-targets.js';
export {
  guardRemovals, REMOVAL_WINDOW_MS, removalsDigest, type ExceededRemovalLimit, type PlannedRemoval, type RemovalNeedsConfirmation, type RemovalsToGuard,
} from './target/removal-guard.js';
export { judgeWindows, type WindowJudgement } from './window/judge-windows.js';
export { describeWindow, sayWindows } from './window/say-windows.js';
export type { FreezePeriod, ScheduledWindow, TimeWindow } from './window/time-window.js';
export { MAX_WINDOWS, validateWindows, type TimeWindowInput } from './window/validate-windows.js';
export { describePromotion, describeRevert, type PromotionStory, type RevertStory } from './git-write/describe-git-write.js';
export {
  GIT_WRITE_ADVICE, GIT_WRITE_FORMS, GIT_WRITE_KINDS, GIT_WRITE_REASONS, GIT_WRITE_STATES, isGitWriteReason, type GitWriteForm, type GitWriteKind, type GitWriteReason, type GitWriteState,
} from './git-write/git-write.js';
export { planRevert, type PlannedRevert, type RevertDestination, type RevertRefused, type RevertState } from './git-write/plan-revert.js';
export { webUrlOf, type WebPlace } from './git-write/web-url.js';
export { watchedSourceOf } from './source/watched-source-of.js';
export { type PromotionInput, type PromotionSpec } from './application/promotion-spec.js';
export { planPromotion, PROMOTION_STATES, type PromotingTarget, type PromotionDecision, type PromotionPhase, type PromotionState } from './git-write/plan-promotion.js';
export { sayPromotion } from './git-write/say-promotion.js';
