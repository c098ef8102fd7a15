// SPDX-License-Identifier: Apache-2.0
// A list that the server pages, filters and sorts. It holds one page, however many rows there are; its place, filters and
// order are the page's address, so that a link shows the same.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactNode } from 'react';
import { Cell, Checkbox, Column, Row, type Selection, Table, TableBody, TableHeader } from 'react-aria-components';
import { useLocation, useSearchParams } from 'wouter';
import { list as fetchList, type ListPath, type RowOf } from '../api/client';
import { useWords } from '../words/words';
import { Button } from './Button';
import { ErrorNote } from './ErrorNote';
import { SearchField, Select, type Choice } from './fields';
import { useNarrow } from './useNarrow';
import { useSettled } from './useSettled';

export interface ColumnOf<T> {
  id: string;
  name: string;
  cell: (row: T) => ReactNode;
  /// The server's name of this order, where it has one.
  sort?: string;
  /// Shown on a phone as well.
  narrow?: boolean;
}

export interface FilterOf {
  id: string;
  name: string;
  choices: readonly Choice[];
}

interface Props<P extends ListPath, T> {
  /// The kind in the query cache; changes of it are told by invalidating [kind].
  kind: string;
  label: string;
  columns: readonly ColumnOf<T>[];
  keyOf: (row: T) => string;
  path: P;
  /// What stands in the path's braces.
  at?: Readonly<Record<string, string>>;
  /// Filters that the page itself sets.
  fixed?: Readonly<Record<string, string>>;
  filters?: readonly FilterOf[];
  /// The filter that the search field fills; without it there is none.
  searchAs?: string;
  href?: (row: T) => string;
  /// What can be done with the chosen rows.
  bulk?: ((rows: readonly T[], done: () => void) => ReactNode) | undefined;
  refetchEvery?: number;
  empty?: ReactNode;
  extra?: ReactNode;
}

const kPage = 50;

export function DataTable<P extends ListPath, T extends RowOf<P> = RowOf<P>>(props: Props<P, T>) {
  const { t, number } = useWords();
  const narrow = useNarrow();
  const [, go] = useLocation();
  const [params, setParams] = useSearchParams();
  const [selected, setSelected] = useState<Selection>(new Set());
  const [trail, setTrail] = useState<readonly string[]>([]);
  const search = params.get('search') ?? '';
  const settled = useSettled(search, 250);
  const sort = params.get('sort') ?? undefined;
  const cursor = params.get('cursor') ?? undefined;

  const query = useMemo(() => {
    const made: Record<string, string | number | boolean> = { ...props.fixed, limit: kPage, count: true };
    if (cursor) made.cursor = cursor;
    if (sort) made.sort = sort;
    if (settled && props.searchAs) made[props.searchAs] = settled;
    for (const filter of props.filters ?? []) {
      const value = params.get(filter.id);
      if (value) made[filter.id] = value === 'true' ? true : value === 'false' ? false : value;
    }
    return made;
  }, [cursor, sort, settled, params, props.filters, props.searchAs, props.fixed]);

  const list = useQuery({
    queryKey: [props.kind, props.at, query],
    queryFn: () => fetchList<P>(props.path, props.at ?? {}, query),
    placeholderData: keepPreviousData,
    ...(props.refetchEvery ? { refetchInterval: props.refetchEvery } : {}),
  });
  const rows = (list.data?.items ?? []) as readonly T[];
  const columns = narrow ? props.columns.filter((each) => each.narrow) : props.columns;

  const set = (name: string, value: string) => {
    setTrail([]);
    setSelected(new Set());
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        next.delete('cursor');
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  };
  const turn = (to: string | undefined, newTrail: readonly string[]) => {
    setTrail(newTrail);
    setSelected(new Set());
    setParams((old) => {
      const next = new URLSearchParams(old);
      if (to) next.set('cursor', to);
      else next.delete('cursor');
      return next;
    });
  };
  const chosen = rows.filter((row) => selected === 'all' || selected.has(props.keyOf(row)));
  const sorted = columns.find((column) => column.sort !== undefined && (sort === column.sort || sort === `-${column.sort}`));
  const total = list.data?.total;

  return (
    <div className="stack">
      {(props.searchAs || props.filters?.length || props.extra) && (
        <div className="toolbar">
          {props.searchAs && (
            <SearchField label={t('list.search')} value={search} onChange={(value) => set('search', value)} />
          )}
          {props.filters?.map((filter) => (
            <Select
              key={filter.id}
              label={filter.name}
              value={params.get(filter.id) ?? ''}
              onChange={(value) => set(filter.id, value)}
              choices={[{ id: '', name: t('list.any') }, ...filter.choices]}
            />
          ))}
          {props.extra}
        </div>
      )}
      {props.bulk && chosen.length > 0 && (
        <div className="bulk" role="region" aria-label={t('list.chosen_label')}>
          <strong>{t('list.chosen', { n: chosen.length })}</strong>
          {props.bulk(chosen, () => setSelected(new Set()))}
        </div>
      )}
      <ErrorNote error={list.error} />
      <div className="table-wrap">
        <Table
          aria-label={props.label}
          className="table"
          selectionMode={props.bulk ? 'multiple' : 'none'}
          selectedKeys={selected}
          onSelectionChange={setSelected}
          {...(props.href
            ? {
                onRowAction: (key) => {
                  const row = rows.find((each) => props.keyOf(each) === key);
                  if (row && props.href) go(props.href(row));
                },
              }
            : {})}
          {...(sorted
            ? { sortDescriptor: { column: sorted.id, direction: sort?.startsWith('-') ? 'descending' : 'ascending' } }
            : {})}
          onSortChange={(to) => {
            const column = columns.find((each) => each.id === to.column);
            if (column?.sort) set('sort', to.direction === 'descending' ? `-${column.sort}` : column.sort);
          }}
        >
          <TableHeader>
            {props.bulk && (
              <Column width={40} minWidth={40}>
                <Tick />
              </Column>
            )}
            {columns.map((column, index) => (
              <Column key={column.id} id={column.id} isRowHeader={index === 0} allowsSorting={Boolean(column.sort)}>
                {({ sortDirection }) => (
                  <>
                    {column.name}
                    {sortDirection && <span aria-hidden="true"> {sortDirection === 'ascending' ? '▴' : '▾'}</span>}
                  </>
                )}
              </Column>
            ))}
          </TableHeader>
          <TableBody
            renderEmptyState={() => (
              <div className="empty">{list.isPending ? t('list.loading') : (props.empty ?? t('list.none'))}</div>
            )}
          >
            {rows.map((row) => (
              <Row key={props.keyOf(row)} id={props.keyOf(row)}>
                {props.bulk && (
                  <Cell>
                    <Tick />
                  </Cell>
                )}
                {columns.map((column) => (
                  <Cell key={column.id}>{column.cell(row)}</Cell>
                ))}
              </Row>
            ))}
          </TableBody>
        </Table>
      </div>
      <div className="row between">
        <span className="soft small" aria-live="polite">
          {total !== undefined ? t('list.total', { n: total }) : t('list.shown', { n: rows.length, count: number(rows.length) })}
        </span>
        <div className="row">
          <Button isDisabled={!cursor} onPress={() => turn(trail.at(-1), trail.slice(0, -1))}>
            {t('list.previous')}
          </Button>
          <Button
            isDisabled={!list.data?.next || list.isPlaceholderData}
            onPress={() => turn(list.data?.next ?? undefined, cursor ? [...trail, cursor] : trail)}
          >
            {t('list.next')}
          </Button>
        </div>
      </div>
    </div>
  );
}

const Tick = () => (
  <Checkbox slot="selection" className="check">
    {({ isSelected, isIndeterminate }) => (
      <span className="box" aria-hidden="true">
        {isIndeterminate ? '–' : isSelected ? '✓' : ''}
      </span>
    )}
  </Checkbox>
);
