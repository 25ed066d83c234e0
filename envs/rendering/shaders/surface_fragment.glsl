// The colour of a face or quad: the counterpart of `face_run` in shade.py.
// Colours run from 0 to 1 and are mixed as they are, without gamma.

uniform sampler2DArray textures;    // 16 x 16 texels of each texture; alpha * 255: stage of cracks

#ifdef PLAIN
in vec4 paint;
#else
in vec4 place;
flat in vec4 light;
flat in vec4 light_u;
flat in vec4 light_v;
flat in vec3 light_uv;
flat in vec3 mean;
#endif
#ifdef NUMBERS
flat in uint number;
#endif

layout(location = 0) out vec4 colour;
#ifdef NUMBERS
layout(location = 1) out ivec4 numbers;     // segmentation, bits of the depth, segmentation below water
#endif

void main() {
#ifdef PLAIN
    colour = paint;
#else
    vec4 found = texture(textures, vec3(place.xy, light.w));
    vec3 paint = mix(mean, found.rgb, clamp(place.w, 0.0, 1.0));
    if (found.a < light_u.w && place.w > 0.0)
        paint *= 0.35;
    vec3 along_v = light_v.rgb + place.x * light_uv;
    paint *= min(light.rgb + place.x * light_u.rgb + place.y * along_v, 1.0);
    float haze = clamp(place.z, 0.0, 1.0);
    colour = vec4(mix(paint, fog_colour.rgb, haze * haze), light_v.w);
#endif
#ifdef NUMBERS
    numbers = ivec4(number, floatBitsToInt(min(1.0 / gl_FragCoord.w, fog_colour.w)), number, 0);
#endif
}
