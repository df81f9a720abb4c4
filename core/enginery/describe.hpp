// core/enginery/describe.hpp: what another process calls first in a module that was brought to it.
#pragma once

#include <memory>
#include <utility>

#include <enginery/function.hpp>

namespace enginery {

/// How callables of type F are called: a Function without an object. Its address, in the module that was compiled with
/// F, is what a call names: no table and no registration is needed for code to be found again in another process.
///
/// Throws ValueError if the declaration does not fit.
template <class F>
std::shared_ptr<const Function> describe(Function::Declaration declaration) {
  return Function::make(std::move(declaration), ErasedCallOf<F>::template kType<F>, nullptr);
}
using Describe = std::shared_ptr<const Function> (*)(Function::Declaration);

}  // namespace enginery
