// SPDX-License-Identifier: Apache-2.0
// Tabs whose choice is part of the page's address.
import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useSearchParams } from 'wouter';

export interface TabOf {
  id: string;
  name: ReactNode;
  content: () => ReactNode;
}

export function TabsOf({ label, tabs }: { label: string; tabs: readonly TabOf[] }) {
  const [params, setParams] = useSearchParams();
  const first = tabs[0];
  const chosen = tabs.find((tab) => tab.id === params.get('tab')) ?? first;
  return (
    <Tabs
      className="tabs"
      selectedKey={chosen?.id ?? ''}
      onSelectionChange={(key) => setParams(new URLSearchParams({ tab: String(key) }))}
    >
      <TabList aria-label={label} className="tab-list">
        {tabs.map((tab) => (
          <Tab key={tab.id} id={tab.id} className="tab">
            {tab.name}
          </Tab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} id={tab.id}>
          {tab.content()}
        </TabPanel>
      ))}
    </Tabs>
  );
}
