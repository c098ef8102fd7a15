// SPDX-License-Identifier: Apache-2.0
#include "figures.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

namespace junctor::bench {
namespace {

using Object = Poco::JSON::Object;

Spread spread_of(const Object& object) {
  return {object.getValue<double>("median"), object.getValue<double>("min"), object.getValue<double>("max")};
}

Figure figure_of(const Object& row) {
  Figure figure{row.getValue<std::string>("part"), row.getValue<std::string>("what"),
                row.getValue<std::string>("subject"), row.getValue<std::string>("unit"),
                spread_of(*row.getObject("value"))};
  figure.base = row.optValue<std::string>("base", "");
  if (row.has("ratio")) figure.ratio = spread_of(*row.getObject("ratio"));
  if (row.has("target")) figure.target = row.getValue<double>("target");
  figure.of_value = row.optValue<bool>("of_value", false);
  figure.at_least = row.optValue<bool>("at_least", false);
  figure.verdict = row.optValue<std::string>("verdict", "");
  return figure;
}

}  // namespace

Figures read_figures(const std::string& json) {
  const auto whole = Poco::JSON::Parser{}.parse(json).extract<Object::Ptr>();
  Figures figures{whole->getValue<std::string>("machine"), whole->getValue<std::string>("how"), {}};
  const Poco::JSON::Array::Ptr rows = whole->getArray("rows");
  for (unsigned i = 0; i < rows->size(); ++i) figures.rows.push_back(figure_of(*rows->getObject(i)));
  return figures;
}

}  // namespace junctor::bench
