// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { api, take } from '../api/client';
import { useWords } from '../words/words';

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function HistoryChart({ span }: { span: 'day' | 'month' }) {
  const { t } = useWords();
  const place = useRef<HTMLDivElement>(null);
  const history = useQuery({
    queryKey: ['history', span],
    queryFn: () => take(api.GET('/overview/history', { params: { query: { span } } })),
    staleTime: 60_000,
  });
  const points = history.data?.points;
  useEffect(() => {
    const box = place.current;
    if (!box || !points) return;
    const text = getComputedStyle(box).color;
    const line = (label: string, stroke: string) => ({ label, stroke, width: 2, points: { show: false } });
    const axis = { stroke: text, grid: { stroke: getComputedStyle(box).borderTopColor } };
    const chart = new uPlot(
      {
        width: box.clientWidth,
        height: 180,
        legend: { show: true },
        axes: [axis, axis],
        series: [
          {},
          line(t('overview.connections_row'), box.dataset.first ?? text),
          line(t('overview.alarms_row'), box.dataset.second ?? text),
          line(t('overview.failed_row'), box.dataset.third ?? text),
        ],
      },
      [
        points.map((point) => new Date(point.time).getTime() / 1000),
        points.map((point) => point.connections),
        points.map((point) => point.alarms),
        points.map((point) => point.failed_logins),
      ],
      box,
    );
    const watch = new ResizeObserver(() => chart.setSize({ width: box.clientWidth, height: 180 }));
    watch.observe(box);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [points, t]);
  const total = points?.reduce((sum, point) => sum + point.connections, 0) ?? 0;
  return (
    <div
      ref={place}
      role="img"
      aria-label={t('overview.chart', { n: total })}
      data-first={colour('--chart-1')}
      data-second={colour('--chart-2')}
      data-third={colour('--chart-3')}
    />
  );
}
