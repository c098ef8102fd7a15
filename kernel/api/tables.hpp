// SPDX-License-Identifier: Apache-2.0
// The tables that plugins get by id, one file each. Constant. [any]
#pragma once

#include <span>

#include "junctor/config.h"
#include "junctor/control.h"
#include "junctor/event.h"
#include "junctor/fd.h"
#include "junctor/log.h"
#include "junctor/loop.h"
#include "junctor/metric.h"
#include "junctor/net.h"
#include "junctor/service.h"
#include "junctor/tls.h"

namespace junctor::api {

struct ApiEntry {
  const char* id;
  const void* table;
};
std::span<const ApiEntry> api_tables();

const jct_log_api& log_api();
const jct_loop_api& loop_api();
const jct_net_api& net_api();
const jct_service_api& service_api();
const jct_metric_api& metric_api();
const jct_control_api& control_api();
const jct_event_api& event_api();
const jct_tls_api& tls_api();
const jct_fd_api& fd_api();

}  // namespace junctor::api
