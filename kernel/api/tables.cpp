// SPDX-License-Identifier: Apache-2.0
#include "api/tables.hpp"

#include "api/config_view.hpp"

namespace junctor::api {

std::span<const ApiEntry> api_tables() {
  static const ApiEntry kTables[] = {
      {JCT_CONFIG_API, &config_api()},   {JCT_LOG_API, &log_api()},         {JCT_LOOP_API, &loop_api()},
      {JCT_NET_API, &net_api()},         {JCT_SERVICE_API, &service_api()}, {JCT_METRIC_API, &metric_api()},
      {JCT_CONTROL_API, &control_api()}, {JCT_EVENT_API, &event_api()},     {JCT_TLS_API, &tls_api()},
      {JCT_FD_API, &fd_api()},
  };
  return kTables;
}

}  // namespace junctor::api
