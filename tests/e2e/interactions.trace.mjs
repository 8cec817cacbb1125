/** From a Chromium trace to the processor time an interaction needed until its frame was painted. */
const INPUTS = new Set(["keydown", "keypress", "keyup", "input", "pointerdown", "pointerup", "mousedown", "mouseup", "click", "contextmenu"]);
const KINDS = {
  script: ["EventDispatch", "FunctionCall", "EvaluateScript", "v8.compile", "v8.evaluateModule", "RunMicrotasks", "TimerFire", "FireAnimationFrame", "v8.callFunction", "v8.newInstance", "v8.run", "V8.DeoptimizeCode", "BlinkScheduler_PerformMicrotaskCheckpoint", "MinorGC", "MajorGC", "V8.GCScavenger", "V8.GC_MC_COMPLETE"],
  style: ["UpdateLayoutTree", "RecalcStyle", "ParseAuthorStyleSheet", "ScheduleStyleRecalculation"],
  layout: ["Layout", "IntersectionObserverController::computeIntersections"],
  paint: ["HitTest", "PrePaint", "Paint", "Layerize"],
};
const KIND = new Map(Object.entries(KINDS).flatMap(([kind, names]) => names.map((name) => [name, kind])));

/** The thread that dispatched the inputs, with its complete events in order. */
function mainThread(events) {
  const input = events.find((event) => event.name === "EventDispatch" && INPUTS.has(event.args?.data?.type));
  if (!input) return [];
  return events.filter((event) => event.ph === "X" && event.pid === input.pid && event.tid === input.tid && event.dur !== undefined).sort((a, b) => a.ts - b.ts || b.dur - a.dur);
}

/** The costliest of the inputs in the trace: processor milliseconds from its dispatch to the end of the next frame, by kind. */
export function costOf(events) {
  const own = mainThread(events);
  const frames = own.filter((event) => event.name === "Layerize");
  let worst = { cpu: 0, script: 0, style: 0, layout: 0, paint: 0, other: 0 };
  for (const input of own.filter((event) => event.name === "EventDispatch" && INPUTS.has(event.args?.data?.type))) {
    const frame = frames.find((event) => event.ts >= input.ts + input.dur);
    const until = frame ? frame.ts + frame.dur : input.ts + input.dur;
    const cost = between(own, input.ts, until);
    if (cost.cpu > worst.cpu) worst = cost;
  }
  return worst;
}

function between(own, from, until) {
  const cost = { cpu: 0, script: 0, style: 0, layout: 0, paint: 0, other: 0 };
  const open = [];
  for (const event of own) {
    // Cut off at the end: a task that goes on after the frame is not part of it.
    if (event.ts < from || event.ts >= until) continue;
    const cpu = (event.tdur ?? event.dur) / 1000;
    while (open.length && open.at(-1).ts + open.at(-1).dur <= event.ts) open.pop();
    const parent = open.at(-1);
    const kind = KIND.get(event.name) ?? parent?.kind ?? "other";
    cost[kind] += cpu;
    if (parent) cost[parent.kind] -= cpu;
    else cost.cpu += cpu;
    open.push({ ts: event.ts, dur: event.dur, kind });
  }
  return cost;
}
