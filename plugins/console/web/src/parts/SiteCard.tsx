// SPDX-License-Identifier: Apache-2.0
// What clients need to be told of this site.
import { useQuery } from '@tanstack/react-query';
import { api, take } from '../api/client';
import { useWords } from '../words/words';
import { Card, Facts } from './bits';
import { Button } from './Button';
import { copyText } from './copyText';
import { useTeller } from './Toasts';

export function SiteCard() {
  const { t } = useWords();
  const { tell, fail } = useTeller();
  const site = useQuery({ queryKey: ['site'], queryFn: () => take(api.GET('/site')), staleTime: 60_000 });
  if (!site.data) return null;
  const { host, key, api: server, version, configuration, qr, link } = site.data;
  const copy = (text: string) => () => void copyText(text).then(() => tell(t('act.copied')), fail);
  return (
    <Card title={t('site.title')}>
      <Facts
        rows={[
          [t('site.host'), host],
          [t('site.key'), <code key="key">{key}</code>],
          [t('site.api'), server],
          [t('site.version'), version],
        ]}
      />
      {qr && <img className="qr" src={qr} alt={t('site.qr')} />}
      <div className="row">
        <Button onPress={copy(configuration)}>{t('site.copy_configuration')}</Button>
        <Button onPress={copy(link)}>{t('site.copy_link')}</Button>
      </div>
    </Card>
  );
}
