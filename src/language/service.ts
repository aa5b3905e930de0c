/** The filter language for every editor of filters: the capture editor's bar and `.dfilter` files. */
import type { FilterCheck } from '../contract/capture.ts';
import type {
  FilterCompletions, FilterHover, FilterPlace, FilterSignature, LanguageTables,
} from '../contract/language.ts';
import { complete, type ValuesSeen } from './complete.ts';
import { diagnose, type Diagnostic } from './diagnose.ts';
import { format } from './format.ts';
import { hover, signature } from './hover.ts';
import { FilterRegistry } from './registry.ts';

/** Longer texts get no help: nobody writes them by hand. The engine takes 64 KiB. */
const kLongest = 8192;

const kNoValues: ValuesSeen = () => Promise.resolve(undefined);

export class FilterLanguage {
  private readonly registry: FilterRegistry;

  public constructor(tables: LanguageTables) {
    this.registry = new FilterRegistry(tables);
  }

  /** `valuesSeen` brings the values of the capture at hand, if there is one. */
  public complete({ text, offset }: FilterPlace, valuesSeen: ValuesSeen = kNoValues): Promise<FilterCompletions> {
    return text.length > kLongest ? Promise.resolve({ start: offset, end: offset, items: [], incomplete: false })
      : complete(this.registry, text, offset, valuesSeen);
  }

  public hover({ text, offset }: FilterPlace): FilterHover | undefined {
    return text.length > kLongest ? undefined : hover(this.registry, text, offset);
  }

  public signature({ text, offset }: FilterPlace): FilterSignature | undefined {
    return text.length > kLongest ? undefined : signature(this.registry, text, offset);
  }

  /** What the engine said of the text, as marks with remedies. */
  public diagnose(text: string, check: FilterCheck): readonly Diagnostic[] {
    return diagnose(text, check);
  }

  /** A valid filter in normal spacing. */
  public format(text: string): string {
    return text.length > kLongest ? text : format(this.registry, text);
  }
}
