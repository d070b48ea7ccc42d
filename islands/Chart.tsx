import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";

/** A line of a chart. `tone`: the class whose colour it has. */
export interface ChartLine {
  readonly label: string;
  readonly tone: "accent" | "warn" | "bad";
  readonly values: readonly (number | null)[];
}

export interface ChartProps {
  /** When the first value is, in ms since 1970, and how far apart they are. */
  readonly from: number;
  readonly stepMs: number;
  readonly lines: readonly ChartLine[];
  readonly show: (value: number) => string;
  /** The least that the scale reaches up to: small numbers shall look small. */
  readonly least: number;
}

const HEIGHT = 150;
/** What marks on the scale are apart: whole numbers. */
const STEPS = [1, 10, 100, 1000, 10_000, 100_000].flatMap((power) => [power, 2 * power, 5 * power]);

/**
 * Lines over time. It is a picture only: who shows it says the same in words beside it. Drawn in the browser alone, which
 * is also the only one to load what draws it.
 */
export function Chart(props: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const shape = props.lines.map(({ label }) => label).join();

  useEffect(() => {
    const node = box.current!;
    let gone = false;
    const size = new ResizeObserver(() => chart.current?.setSize({ width: node.clientWidth, height: HEIGHT }));
    const restyle = () => chart.current?.redraw();
    const theme = new MutationObserver(restyle);
    const system = matchMedia("(prefers-color-scheme: dark)");
    import("uplot").then(({ default: Plot }) => {
      if (gone) return;
      chart.current = new Plot(options(latest.current, node), data(latest.current), node);
      size.observe(node);
      theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
      system.addEventListener("change", restyle);
    });
    return () => {
      gone = true;
      size.disconnect();
      theme.disconnect();
      system.removeEventListener("change", restyle);
      chart.current?.destroy();
      chart.current = undefined;
    };
  }, [shape]);
  useEffect(() => chart.current?.setData(data(props)), [props.from, props.stepMs, props.lines]);

  return <div ref={box} class="chart" aria-hidden="true" />;
}

function data({ from, stepMs, lines }: ChartProps): uPlot.AlignedData {
  const times = lines[0]!.values.map((_, at) => (from + at * stepMs) / 1000);
  return [times, ...lines.map(({ values }) => [...values])];
}

function options({ lines, show, least }: ChartProps, node: HTMLElement): uPlot.Options {
  const colour = (tone: string) => () => colourOf(node, tone);
  const axis = {
    stroke: colour("quiet"),
    grid: { stroke: colour("chart-grid"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
  };
  return {
    width: node.clientWidth,
    height: HEIGHT,
    cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
    scales: { y: { range: (_, __, most) => [0, Math.max(least, (most || 0) * 1.1)] } },
    axes: [
      { ...axis, space: 60, size: 28, values: (_, ticks) => ticks.map((at) => clock(at)) },
      {
        ...axis,
        space: 36,
        size: 56,
        incrs: STEPS,
        values: (_, ticks) => ticks.map((value) => value === 0 ? "0" : show(value)),
      },
    ],
    series: [
      { label: "at", value: (_, at) => at === null ? "–" : clock(at) },
      ...lines.map(({ label, tone }): uPlot.Series => ({
        label,
        stroke: colour(tone),
        width: 1.75,
        spanGaps: false,
        points: { show: (plot, line) => lonely(plot.data[line]!), size: 5 },
        value: (_, value) => value === null ? "–" : show(value),
      })),
    ],
  };
}

/** Whether some value stands between gaps, where no line would show it. */
function lonely(values: ArrayLike<number | null | undefined>): boolean {
  for (let at = 0; at < values.length; at++) {
    if (values[at] != null && values[at - 1] == null && values[at + 1] == null) return true;
  }
  return false;
}

/** The colour that a class has in the theme of now. */
function colourOf(node: HTMLElement, tone: string): string {
  const probe = document.createElement("span");
  probe.className = tone;
  node.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function clock(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
}
