// SPDX-License-Identifier: Apache-2.0
#include "tools/junctorctl/health.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <string>

namespace junctor::tools {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

Health judge_health(const Var& status, const Var& plugins) {
  const auto state = status.extract<Object::Ptr>()->getValue<std::string>("state");
  const Array::Ptr rows = plugins.extract<Object::Ptr>()->getArray("rows");
  if (rows.isNull()) throw Poco::DataFormatException{"the server's answer to plugins has no rows"};
  Array::Ptr others = new Array;
  for (const Var& row : *rows) {
    const auto& instance = *row.extract<Object::Ptr>();
    if (instance.getValue<std::string>("state") == "running") continue;
    Object::Ptr other = new Object{Poco::JSON_PRESERVE_KEY_ORDER};
    for (const char* key : {"instance", "state", "reason"}) other->set(key, instance.optValue<std::string>(key, ""));
    others->add(other);
  }
  std::string idle;  // it runs, and is of use to nobody
  const Array::Ptr warnings = status.extract<Object::Ptr>()->getArray("warnings");
  for (size_t i = 0; !warnings.isNull() && i < warnings->size(); ++i) {
    const Object::Ptr warning = warnings->getObject(static_cast<unsigned>(i));
    if (warning->optValue<std::string>("reason", "") == "serves_nobody")
      idle = warning->optValue<std::string>("detail", "");
  }
  Object::Ptr shown = new Object{Poco::JSON_PRESERVE_KEY_ORDER};
  Health health;
  health.good = state == "running" && others->size() == 0 && idle.empty();
  shown->set("healthy", health.good);
  shown->set("state", state);
  shown->set("running", std::to_string(rows->size() - others->size()) + " of " + std::to_string(rows->size()));
  if (!idle.empty()) shown->set("reason", idle);
  if (others->size() > 0) shown->set("others", others);
  health.shown = shown;
  return health;
}

}  // namespace junctor::tools
